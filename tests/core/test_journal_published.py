"""What happens to the keys under which messages are sent."""

from dataclasses import replace

from segsync.core import journal
from segsync.core.state import Published, State
from tests.core.plans import binding, pending_project
from tests.support.models import AT, LINEAGE

IN_DOUBT = Published("Zq3vX0c8", "1742", "sha256:0", AT, "unknown")
SENT = replace(IN_DOUBT, outcome="sent")
FULL = State(LINEAGE, 7, {"shop": binding()}, {"news": pending_project()}, {"autumn": SENT, "winter": IN_DOUBT})


def test_a_message_that_is_about_to_be_sent_is_in_doubt() -> None:
    begun = journal.begin_publish(FULL, "spring", IN_DOUBT)
    assert begun == replace(FULL, published={"autumn": SENT, "winter": IN_DOUBT, "spring": IN_DOUBT})


def test_a_message_that_was_sent_keeps_its_key() -> None:
    assert journal.confirm_publish(FULL, "winter") == replace(FULL, published={"autumn": SENT, "winter": SENT})


def test_a_key_under_which_nothing_was_sent_is_free() -> None:
    assert journal.free_publish(FULL, "winter") == replace(FULL, published={"autumn": SENT})
    assert journal.free_publish(journal.begin_publish(FULL, "spring", IN_DOUBT), "spring") == FULL
