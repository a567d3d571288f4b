"""Periods: whole hours, or whole days."""

DAY = 24
_HOURS = {"h": 1, "d": DAY}


def hours(value: object) -> int | None:
    """24, `48h` and `7d` in hours; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value[:-1].isdecimal() and value[-1] in _HOURS:
        return int(value[:-1]) * _HOURS[value[-1]]
    return None
