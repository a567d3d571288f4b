"""Periods: whole hours, or whole days."""

import re

DAY = 24
_HOURS = {"h": 1, "d": DAY}
_LONGER = re.compile(r"[1-9][0-9]{0,8}[hd]")


def hours(value: object) -> int | None:
    """24, `48h` and `7d` in hours; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _LONGER.fullmatch(value):
        return int(value[:-1]) * _HOURS[value[-1]]
    return None
