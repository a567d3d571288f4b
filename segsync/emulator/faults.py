"""Fault specifications: `OPERATION:FAULT[:SECONDS][@N|%P]`, for example `segment-create:500@2`."""

import re
from dataclasses import dataclass

from segsync.emulator.vocabulary import DELAYS, FaultName, OperationName

SPEC = re.compile(r"(?P<operation>[^:@%]+):(?P<fault>[^:@%]+)(?::(?P<seconds>[^@%]*))?(?P<when>[@%].*)?", re.DOTALL)
DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
NTH = re.compile(r"@0*[1-9][0-9]{0,8}")

DEFAULT_SECONDS = 2.0
LONGEST_SECONDS = 86400.0


@dataclass(frozen=True)
class FaultSpec:
    """One fault set on one operation.

    `seconds` has a meaning for `slow` and `lag` alone. The fault fires on the `nth` request of its operation
    (from 1), or on each with a chance of `percent` (0 to 100), or on every one where both are None.
    """

    operation: OperationName
    fault: FaultName
    seconds: float = DEFAULT_SECONDS
    nth: int | None = None
    percent: float | None = None

    def __str__(self) -> str:
        """The specification that parse_fault reads back as this fault."""
        seconds = f":{_decimal(self.seconds)}" if self.fault in DELAYS else ""
        nth = "" if self.nth is None else f"@{self.nth}"
        percent = "" if self.percent is None else f"%{_decimal(self.percent)}"
        return f"{self.operation}:{self.fault}{seconds}{nth}{percent}"


def parse_fault(text: str) -> FaultSpec:
    """The fault that `text` specifies; raises ValueError, which tells what is wrong and what is allowed."""
    match = SPEC.fullmatch(text)
    if match is None:
        form = "OPERATION:FAULT[:SECONDS][@N|%P]"
        raise ValueError(f"{text!r} is not a fault: write {form}, for example segment-create:500@2")
    operation = _operation(match["operation"])
    fault = _fault(match["fault"], operation)
    nth, percent = _when(match["when"] or "")
    return FaultSpec(operation, fault, _seconds(match["seconds"], fault), nth, percent)


def _operation(name: str) -> OperationName:
    if name not in set(OperationName):
        raise ValueError(f"{name!r} is not an operation: choose one of {', '.join(OperationName)}")
    return OperationName(name)


def _fault(name: str, operation: OperationName) -> FaultName:
    if name not in set(FaultName):
        raise ValueError(f"{name!r} is not a fault: choose one of {', '.join(FaultName)}")
    if name == FaultName.LAG and operation != OperationName.SEGMENT_CREATE:
        raise ValueError(f"lag delays how a new segment shows: set it on segment-create, not on {operation}")
    return FaultName(name)


def _seconds(text: str | None, fault: FaultName) -> float:
    if text is None:
        return DEFAULT_SECONDS
    if fault not in DELAYS:
        raise ValueError(f"{fault} takes no seconds: only {' and '.join(DELAYS)} do")
    if not DECIMAL.fullmatch(text) or float(text) > LONGEST_SECONDS:
        raise ValueError(f"{text!r} is no time: write seconds from 0 to {LONGEST_SECONDS:.0f}, such as 0.5")
    return float(text)


def _when(text: str) -> tuple[int | None, float | None]:
    """The `nth` and the `percent` of a specification's end, which is empty, `@N` or `%P`."""
    if not text:
        return None, None
    if text.startswith("@"):
        if not NTH.fullmatch(text):
            raise ValueError(f"{text!r} names no request: write @ and a whole number from 1, such as @2")
        return int(text[1:]), None
    if not DECIMAL.fullmatch(text[1:]) or float(text[1:]) > 100:
        raise ValueError(f"{text!r} is no chance: write % and a number from 0 to 100, such as %10")
    return None, float(text[1:])


def _decimal(number: float) -> str:
    # Never in the form 1e-05, which is not a decimal that could be read back.
    return f"{number:.9f}".rstrip("0").rstrip(".")
