"""The end of a lock that a server keeps."""

import contextlib
from collections.abc import Callable, Iterator

from segsync.errors import SegsyncError, StateError


@contextlib.contextmanager
def released(give_back: Callable[[], None]) -> Iterator[None]:
    """Gives a lock back at the end. `give_back` raises StateError where it may still be held.

    What went wrong before that is what is raised; it then tells of the lock too.
    """
    try:
        yield
    except BaseException as error:
        try:
            give_back()
        except StateError as kept:
            if isinstance(error, SegsyncError):
                error.details += (f"{kept.message}. {kept.hint}",)
        raise
    give_back()
