"""What every engine says in the same words."""

from segsync.errors import StateConflict, StateLocked
from segsync.state.protocol import LockInfo


def held(address: str, holder: LockInfo) -> StateLocked:
    return StateLocked(
        f"{address}: the state is locked by {holder}",
        "Wait until it is done, or let segsync wait with --lock-timeout SECONDS.",
    )


def changed(address: str) -> StateConflict:
    return StateConflict(f"{address}: someone else wrote this state meanwhile", "Run the command again.")


def gone(address: str) -> StateConflict:
    return StateConflict(f"{address}: the state is gone", "Bring it back: it holds ids that RuStore cannot list.")
