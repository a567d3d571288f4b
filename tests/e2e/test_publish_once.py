"""`publish --once KEY`: one message, however often it is run, and whatever happens to the runs."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from segsync.plumbing.schemas import breaches
from tests.e2e.stories import one_project
from tests.e2e.test_bad_input import refused
from tests.e2e.test_two_applies import wait_for_requests
from tests.support.cli import Cli, Ran
from tests.support.console import Console

SETTLE = "segsync state resolve --publish spring --sent|--not-sent"


@pytest.fixture
def shop(cli: Cli, console: Console) -> Cli:
    """One pinned project with two live segments, and a state."""
    pin = console.add_project("Zq3vX0c8", 52210)
    for segment in ("1742", "1743"):
        console.add_segment(pin, segment)
    cli.write(one_project("1742", "1743", pin=pin))
    assert cli("init").code == 0
    return cli


def arguments(*more: str, key: str = "spring", title: str = "Spring", segment: str = "1742") -> tuple[str, ...]:
    return ("publish", f"shop/s-{segment}", "--title", title, "--body", "sale", "--once", key, "--yes", *more)


def state(cli: Cli) -> Any:
    return json.loads((cli.folder / "segsync.state.json").read_text())


def outcome_of(cli: Cli, key: str = "spring") -> str | None:
    entry = state(cli)["published"].get(key)
    return entry and str(entry["outcome"])


def sent(console: Console) -> tuple[int, int]:
    """How many messages were received, and how many requests."""
    return len(console.published()), console.counts()["publish"]


def test_a_second_run_sends_nothing(shop: Cli, console: Console) -> None:
    assert shop(*arguments()).code == 0
    before = state(shop)
    entry = before["published"]["spring"]
    assert (entry["project"], entry["segment"], entry["outcome"]) == ("Zq3vX0c8", "1742", "sent")
    console.delete(console.segments()[0]["id"])  # what was sent was sent
    again = shop(*arguments())
    assert (again.code, again.out) == (0, "Publish: already sent, nothing was sent now.\n")
    told = shop(*arguments("-o", "json")).json
    assert (told["outcome"], told["once"], told["digest"]) == ("already-sent", "spring", entry["digest"])
    assert list(breaches("publish", told)) == []
    assert (sent(console), state(shop)) == ((1, 1), before)


def test_the_same_key_for_anything_else_is_an_error(shop: Cli, console: Console) -> None:
    assert shop(*arguments()).code == 0
    refused(shop(*arguments(title="Summer")), "the key spring was used at", "another message or another segment")
    refused(shop(*arguments(segment="1743")), "the key spring was used at")
    refused(shop(*arguments("--dry-run", title="Summer")), "the key spring was used at")
    assert shop(*arguments(segment="1743", key="spring-1743")).code == 0
    assert sent(console) == (2, 2)


def test_the_same_message_written_otherwise_is_the_same(shop: Cli, console: Console) -> None:
    shop.write("# a comment\nnotification:\n  body: sale\n  title: Spring\n", "m.yaml")
    assert shop(*arguments()).code == 0
    ran = shop("publish", "shop/s-1742", "--message", "m.yaml", "--once", "spring", "--yes")
    assert ran.code == 0
    assert sent(console) == (1, 1)


def test_what_is_unknown_is_never_sent_again(shop: Cli, console: Console) -> None:
    console.faults("publish:drop-after-commit")
    first = shop(*arguments())
    assert (first.code, outcome_of(shop)) == (3, "unknown")
    assert SETTLE in first.err
    console.faults()
    second = shop(*arguments("-o", "json"))
    assert (second.code, second.json["outcome"], second.json["error"]) == (3, "unknown", None)
    assert list(breaches("publish", second.json)) == []
    assert SETTLE in second.err
    assert "nothing was sent now" in second.err
    refused(shop(*arguments(title="Summer")), "the key spring was used at")
    assert sent(console) == (1, 1)


@pytest.mark.parametrize("fault", ["refuse", "429"])
def test_a_refused_send_frees_the_key(shop: Cli, console: Console, fault: str) -> None:
    console.faults(f"publish:{fault}@1")
    assert shop(*arguments()).code == 1
    assert state(shop)["published"] == {}
    assert shop(*arguments(title="Summer")).code == 0
    assert (sent(console), outcome_of(shop)) == ((1, 2), "sent")


def test_a_killed_run_leaves_the_key_in_doubt(shop: Cli, console: Console) -> None:
    console.faults("publish:slow:60@1")
    with shop.start(*arguments()) as first:
        wait_for_requests(console, "publish", 1)
        first.kill()
        first.wait()
    assert outcome_of(shop) == "unknown"
    second = shop(*arguments())
    assert second.code == 3
    assert SETTLE in second.err
    assert console.counts()["publish"] == 1


def test_one_sends_and_the_other_names_its_holder(shop: Cli, console: Console) -> None:
    console.faults("publish:slow:5@1")
    with shop.start(*arguments()) as first:
        wait_for_requests(console, "publish", 1)
        others = [shop.start(*arguments(*more)) for more in ((), ("--dry-run",), ("--lock-timeout", "60"))]
        second, dry, waited = (ran_of(other) for other in others)
        assert first.wait() == 0
    refused(second, "locked by", "`segsync publish`", code=5)
    assert dry.code == 3  # it never locks, and the key is in doubt while the first one sends
    assert (waited.code, waited.out) == (0, "Publish: already sent, nothing was sent now.\n")
    assert sent(console) == (1, 1)


@pytest.mark.parametrize(("faults", "outcome"), [((), "sent"), (("publish:drop-after-commit@1",), "unknown")])
def test_twenty_at_once_send_one_and_all_tell_the_truth(
    shop: Cli, console: Console, faults: tuple[str, ...], outcome: str
) -> None:
    """Where the first one's answer is lost, the key is in doubt for that one, and for all that come after it."""
    console.faults(*faults, "publish:drop-after-commit@2", "publish:drop-after-commit@3")
    runs = [shop.start(*arguments("--lock-timeout", str(number % 2 * 60))) for number in range(20)]
    ended = [ran_of(run) for run in runs]
    assert sent(console) == (1, 1)
    assert outcome_of(shop) == outcome
    assert {ran.code for ran in ended} <= {0, 3, 5}
    assert sum("Publish: sent." in ran.out for ran in ended) == (1 if outcome == "sent" else 0)
    for ran in ended:
        assert_true(ran, outcome)


def ran_of(process: "subprocess.Popen[str]") -> Ran:
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out, err)


def assert_true(ran: Ran, outcome: str | None) -> None:
    """What a run says must agree with what became of the key."""
    if ran.code == 0:
        assert outcome == "sent"
        assert "Publish: sent." in ran.out or "Publish: already sent" in ran.out
    elif ran.code == 3:
        assert outcome == "unknown"
        assert "nobody knows" in ran.err
        assert "--sent|--not-sent" in ran.err
    else:
        assert "locked by" in ran.err
        assert ran.out == ""


def test_a_state_is_needed_and_must_outlive_the_job(cli: Cli, shop: Cli, console: Console) -> None:
    refused(shop(*arguments(), CI="true"), "--once needs a state that outlives this CI job", "--state")
    refused(shop(*arguments("--state", "none.json")), "there is no state here")
    (shop.folder / "segsync.state.json").unlink()
    refused(shop(*arguments()), "there is no state here")
    assert sent(console) == (0, 0)
    assert shop("init", "--state", "named.json").code == 0
    assert shop(*arguments("--state", "named.json"), CI="true").code == 0
    assert sent(console) == (1, 1)


def test_a_state_that_cannot_be_written_before_sends_nothing(shop: Cli, console: Console) -> None:
    asking = [argument for argument in arguments() if argument != "--yes"]
    with shop.start(*asking, stdin=-1) as ran:
        assert ran.stderr is not None
        assert any("approves" in line for line in ran.stderr)
        someone_writes(shop.folder / "segsync.state.json")
        _, err = ran.communicate("yes\n")
    assert ran.returncode == 5
    assert "someone else wrote this state meanwhile; nothing was sent" in err
    assert sent(console) == (0, 0)


def someone_writes(path: Path) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "serial": document["serial"] + 1}))


def test_what_cannot_be_written_after_is_in_a_recovery_file(shop: Cli, console: Console) -> None:
    console.faults("publish:slow:2@1")
    with shop.start(*arguments()) as ran:
        wait_for_requests(console, "publish", 1)
        someone_writes(shop.folder / "segsync.state.json")
        out, err = ran.communicate()
    assert ran.returncode == 5
    assert "Publish: sent." in out
    (recovery,) = shop.folder.glob("segsync.recovery.*.json")
    assert f"segsync state push {recovery.name}" in err
    assert json.loads(recovery.read_text())["published"]["spring"]["outcome"] == "sent"
    assert shop(*arguments()).code == 3  # in doubt still, as it is stored


def test_a_push_that_drops_a_key_asks(shop: Cli, console: Console) -> None:
    assert shop(*arguments()).code == 0
    document = state(shop)
    shop.write(json.dumps({**document, "serial": document["serial"] + 1, "published": {}}), "pushed.json")
    refused(shop("state", "push", "pushed.json", stdin="no\n"), "does not have what was published under spring")
    assert shop("state", "push", "pushed.json", stdin="yes\n").code == 0
    assert state(shop)["published"] == {}


@pytest.fixture
def in_doubt(shop: Cli, console: Console) -> Cli:
    """The key `spring` is in doubt, `autumn` was sent."""
    assert shop(*arguments(key="autumn")).code == 0
    console.faults("publish:drop-before@1")
    assert shop(*arguments()).code == 3
    return shop


def test_show_tells_how_to_settle_a_key(in_doubt: Cli) -> None:
    shown = in_doubt("state", "show").out
    assert "  autumn: to segment 1742 of Zq3vX0c8, " in shown
    assert "    It did:     segsync state resolve --publish spring --sent\n" in shown
    assert "Nothing is in doubt." not in shown


def test_a_key_that_was_sent_is_settled(in_doubt: Cli, console: Console) -> None:
    ran = in_doubt("state", "resolve", "--publish", "spring", "--sent")
    assert (ran.code, ran.out) == (0, "The message under spring was sent. It is not sent again.\n")
    assert in_doubt(*arguments()).code == 0
    assert "Nothing is in doubt." in in_doubt("state", "show").out
    assert sent(console) == (1, 2)


def test_a_key_that_was_not_sent_is_free_after_a_question(in_doubt: Cli, console: Console) -> None:
    resolve = ("state", "resolve", "--publish", "spring", "--not-sent")
    refused(in_doubt(*resolve), "its people get it twice", "nobody is here to answer")
    assert outcome_of(in_doubt) == "unknown"
    assert in_doubt(*resolve, stdin="yes\n").code == 0
    assert in_doubt(*arguments()).code == 0
    assert (sent(console), outcome_of(in_doubt)) == ((2, 3), "sent")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--publish", "autumn", "--sent"), "the message was sent, and is not in doubt, under the key autumn"),
        (("--publish", "autumn", "--not-sent"), "the message was sent, and is not in doubt, under the key autumn"),
        (("--publish", "winter", "--not-sent"), "nothing is kept under the key winter"),
        (("--publish", "spring"), "--publish KEY takes one of --sent and --not-sent"),
        (("--publish", "spring", "--sent", "--not-sent"), "--publish KEY takes one of"),
        (("--publish", "spring", "--sent", "--not-created"), "and nothing else"),
        (("shop", "--publish", "spring", "--sent"), "and nothing else"),
        (("--sent",), "give one of --id UUID"),
        (("shop", "--sent"), "give one of --id UUID"),
        ((), "give one of --id UUID"),
    ],
)
def test_what_is_not_in_doubt_cannot_be_settled(in_doubt: Cli, given: tuple[str, ...], words: str) -> None:
    before = state(in_doubt)
    refused(in_doubt("state", "resolve", *given, "--yes"), words)
    assert state(in_doubt) == before
