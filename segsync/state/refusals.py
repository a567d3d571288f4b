"""What every engine says in the same words."""

from segsync.errors import StateConflict, StateLocked
from segsync.state.protocol import LockInfo


def held(address: str, holder: LockInfo, *, frees_itself: bool = False) -> StateLocked:
    """`frees_itself`: when its holder ends, whatever ends it."""
    wait = "Wait until it is done, or let segsync wait with --lock-timeout SECONDS."
    told = holder.id and not frees_itself
    way_out = f" If its holder is gone: `segsync state unlock {holder.id}`." if told else ""
    return StateLocked(f"{address}: the state is locked by {holder}", wait + way_out)


def not_held(address: str, lock: LockInfo) -> StateLocked:
    return StateLocked(f"{address}: the lock {lock.id} is not the one that is held now", "Look again.")


def changed(address: str) -> StateConflict:
    return StateConflict(f"{address}: someone else wrote this state meanwhile", "Run the command again.")


def gone(address: str) -> StateConflict:
    return StateConflict(f"{address}: the state is gone", "Bring it back: it holds ids that RuStore cannot list.")
