"""The names by which people speak of the API's operations and of the faults that can be set on them."""

from enum import StrEnum


class OperationName(StrEnum):
    """The five operations, in the order in which counts and messages list them."""

    PROJECT_CREATE = "project-create"
    PROJECT_GET = "project-get"
    SEGMENT_CREATE = "segment-create"
    SEGMENT_LIST = "segment-list"
    PUBLISH = "publish"


class FaultName(StrEnum):
    """The ways in which an operation can be made to go wrong; `fault_answers` tells what each does."""

    REFUSE = "refuse"
    DROP_BEFORE = "drop-before"
    DROP_AFTER_COMMIT = "drop-after-commit"
    SERVER_ERROR = "500"
    SERVER_ERROR_AFTER_COMMIT = "500-after-commit"
    TOO_MANY_REQUESTS = "429"
    SLOW = "slow"
    MALFORMED = "malformed"
    NO_ID = "no-id"
    CUT_BODY = "cut-body"
    LAG = "lag"


# These two delay something; every other fault replaces the answer.
DELAYS = (FaultName.SLOW, FaultName.LAG)
