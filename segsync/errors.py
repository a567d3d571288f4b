"""Every exception that segsync raises on purpose, and the exit code that each one ends the process with.

SegsyncError            1    the root: caught in one place, at the edge of the command line
+-- UsageError          1    an option, an argument or an environment variable is wrong
+-- ManifestInvalid     1    the manifest has errors; the diagnostics have been printed
+-- MessageInvalid      1    the message has errors; the diagnostics have been printed
+-- PublishRefused      1    nothing may be sent to this address, or under this key
+-- SecretError         1    a secret reference cannot be resolved
+-- FileError           1    a file cannot be read or written
+-- CallFailed          1    RuStore refused a call that the command cannot go on without
+-- NotApproved         1    a person did not say yes, or could not be asked
+-- OverLimit           1    more creates than --max-creates allows
+-- PlanRefused         1    a saved plan that is no plan, is incomplete, or is of a newer format
|   `-- PlanStale       4    a saved plan that no longer holds
+-- StateError          1    the state cannot be used as it is
|   +-- StateMissing    1    there is no state where one is used
|   +-- StateUnsaved    1    something was created and the state could not be saved
|   +-- StateLocked     5    someone else holds the lock
|   `-- StateConflict   5    someone else wrote the state meanwhile
`-- Interrupted    130/143   SIGINT or SIGTERM; the state is safe
"""

from collections.abc import Sequence
from typing import ClassVar


class SegsyncError(Exception):
    """What is wrong and where (`message`), further lines of it (`details`), and what to do next (`hint`, may be empty).

    None holds a secret.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)


class UsageError(SegsyncError):
    pass


class ManifestInvalid(SegsyncError):
    pass


class MessageInvalid(SegsyncError):
    pass


class PublishRefused(SegsyncError):
    pass


class SecretError(SegsyncError):
    pass


class FileError(SegsyncError):
    pass


class CallFailed(SegsyncError):
    pass


class NotApproved(SegsyncError):
    pass


class OverLimit(SegsyncError):
    pass


class PlanRefused(SegsyncError):
    pass


class PlanStale(PlanRefused):
    exit_code = 4


class StateError(SegsyncError):
    pass


class StateMissing(StateError):
    pass


class StateUnsaved(StateError):
    pass


class StateLocked(StateError):
    exit_code = 5


class StateConflict(StateError):
    exit_code = 5


class Interrupted(SegsyncError):
    """Ends with 128 plus the number of the signal, as shells expect."""

    def __init__(self, signum: int) -> None:
        super().__init__("interrupted" if signum == 2 else "terminated")
        self.signum = signum
