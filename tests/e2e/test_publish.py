"""Publishing: what is sent, what is refused with nothing sent, and what is told where nobody knows."""

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from segsync.emulator.server import Emulator, Settings
from segsync.plumbing.schemas import breaches
from tests.e2e.stories import one_project
from tests.e2e.test_two_applies import wait_for_requests
from tests.support.cli import SECRETS, Cli, Ran
from tests.support.console import Console

MESSAGE = """\
notification: {title: Весна, body: Half price until Sunday., image: https://example.com/spring.png}
data: {campaign: spring}
android: {ttl: 3600s}
"""
DOCUMENT = {
    "notification": {
        "title": "Весна",
        "body": "Half price until Sunday.",
        "image": "https://example.com/spring.png",
    },
    "data": {"campaign": "spring"},
    "android": {"ttl": "3600s"},
}
TYPED = ("--title", "Spring", "--body", "sale")


@pytest.fixture
def shop(cli: Cli, console: Console) -> Cli:
    """One pinned project with the live segment s-1742 (shop/s-1742), and a message file."""
    pin = console.add_project("Zq3vX0c8", 52210)
    console.add_segment(pin, "1742")
    cli.write(one_project("1742", pin=pin))
    cli.write(MESSAGE, "m.yaml")
    return cli


def publish(cli: Cli, *arguments: str, address: str = "shop/s-1742", **more: str) -> Ran:
    return cli("publish", address, *(arguments or ("--message", "m.yaml")), "--yes", **more)


def document(ran: Ran) -> Any:
    found = ran.json
    assert list(breaches("publish", found)) == []
    assert found["exit_code"] == ran.code
    return found


def nothing_sent(console: Console, ran: Ran, *words: str, code: int = 1) -> None:
    assert (ran.code, ran.out) == (code, "")
    assert all(word in ran.err for word in words), ran.err
    assert "Traceback" not in ran.err
    assert "bug in segsync" not in ran.err
    assert (console.published(), console.counts()["publish"]) == ([], 0)


def test_a_message_is_sent_to_the_push_project_and_the_mytracker_segment(shop: Cli, console: Console) -> None:
    ran = publish(shop)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "  to                  shop/s-1742, which is myTracker segment 1742 of push project Zq3vX0c8\n"
        "  notification.title  Весна\n"
        "  notification.body   Half price until Sunday.\n"
        "  notification.image  https://example.com/spring.png\n"
        "  data                campaign\n"
        "  kept for            3600s\n"
        "  size                181 of 4096 bytes\n"
        "Publish: sent.\n"
        "RuStore: payload has been successfully published to segment 1742\n"
    )
    (sent,) = console.published()
    assert (sent["project"], sent["segment"], sent["message"]) == ("Zq3vX0c8", "1742", DOCUMENT)
    assert console.counts()["publish"] == 1
    assert not (shop.folder / "segsync.state.json").exists()


def test_a_message_in_json_and_a_typed_one_are_the_same(shop: Cli, console: Console) -> None:
    shop.write(json.dumps({"notification": {"title": "Spring \N{TULIP}", "body": "sale"}}), "m.json")
    assert publish(shop, "--message", "m.json").code == 0
    typed = publish(shop, "--title", "Spring \N{TULIP}", "--body", "sale")
    assert (typed.code, typed.err) == (
        0,
        "Warning: android.ttl: no time to live: RuStore keeps the message for four weeks\n",
    )
    first, second = console.published()
    assert first["message"] == second["message"] == {"notification": {"title": "Spring \N{TULIP}", "body": "sale"}}


def test_what_it_did_is_a_document(shop: Cli, console: Console) -> None:
    sent = document(publish(shop, "--message", "m.yaml", "-o", "json"))
    assert (sent["outcome"], sent["address"], sent["once"]) == ("sent", "shop/s-1742", None)
    assert json.loads(sent["body"]) == {"message": DOCUMENT}
    ran = publish(shop, "--message", "m.yaml", "-o", "json=out.json")
    assert (ran.code, ran.out) == (0, "")
    assert "Весна" in ran.err
    assert json.loads((shop.folder / "out.json").read_text()) == sent


def test_a_dry_run_checks_everything_and_sends_nothing(shop: Cli, console: Console) -> None:
    ran = shop("publish", "shop/s-1742", "--message", "m.yaml", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    body = ran.out.splitlines()[-1]
    dry = document(publish(shop, "--message", "m.yaml", "--dry-run", "-o", "json"))
    assert (dry["outcome"], dry["body"], json.loads(body)) == ("dry-run", body, {"message": DOCUMENT})
    assert console.counts()["publish"] == 0
    console.delete(console.segments()[0]["id"])
    nothing_sent(console, publish(shop, "--message", "m.yaml", "--dry-run"), "not live")
    publish(shop, "--message", "m.yaml", "--dry-run")


def test_only_yes_approves(shop: Cli, console: Console) -> None:
    asked = shop("publish", "shop/s-1742", *TYPED, stdin="y\n")
    assert asked.code == 1
    assert "Spring" in asked.out
    assert "myTracker segment 1742 of push project Zq3vX0c8? It cannot be taken back." in asked.err
    unheard = shop("publish", "shop/s-1742", *TYPED)
    assert unheard.code == 1
    assert "nobody is here to answer" in unheard.err
    assert console.counts()["publish"] == 0
    assert shop("publish", "shop/s-1742", *TYPED, stdin="yes\n").code == 0
    assert len(console.published()) == 1


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            f"data: {{a: {'x' * 5000}}}",
            "m.yaml:1:11: error: /data/a: the request has 5029 bytes and RuStore takes 4096",
        ),
        ("data: {a: 1}", "m.yaml:1:11: error: /data/a: must be text"),
        ('android: {notification: {color: "0077ff"}}', "m.yaml:1:33: error: /android/notification/color: must match"),
        ("android: {ttl: 5m}", "m.yaml:1:16: error: /android/ttl: must match"),
        ("android: {notification: {click_action_type: 2}}", "must be one of `0`, `1`"),
        ("notification: {titel: a}", "did you mean `title`?"),
        (b"\xef\xbb\xbfdata: {a: b}", "starts with a byte order mark"),
        ("data: {a: é}".encode("latin-1"), "m.yaml:1:11: error: /: is not UTF-8 here"),
        ("data: {a: b}\ndata: {a: c}", "m.yaml:2:1: error: /data: is given twice, first in line 1"),
        ("", "is empty"),
        ("data: {}", "there is nothing to send"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_message_sends_nothing(shop: Cli, console: Console, message: str | bytes, words: str) -> None:
    (shop.folder / "m.yaml").write_bytes(message if isinstance(message, bytes) else message.encode())
    nothing_sent(console, publish(shop), words, "the message has 1 error, nothing was sent")
    assert sum(console.counts().values()) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--message", "m.yaml", "--title", "a"), "--message cannot be given with --title"),
        (("--message", "m.yaml", "--image", "a"), "--message cannot be given with --title"),
        (("--message", "none.yaml"), "none.yaml:1:1: error: /: there is no such file"),
        (("--dry-run",), "there is no message"),
        (("--title", "a"), "there is no message"),
        (("--title", "a", "--body", ""), "there is no message"),
        (("--title", "a", "--body", "b" * 5000), "--body: the request has 50"),
        ((*TYPED, "--once", ""), "--once: a key is"),
        ((*TYPED, "--once", "a\nb"), "--once: a key is"),
        ((*TYPED, "--once", "a" * 201), "--once: a key is"),
        ((*TYPED, "-o", "markdown"), "-o: unknown format"),
    ],
)
def test_bad_usage_sends_nothing(shop: Cli, console: Console, arguments: tuple[str, ...], words: str) -> None:
    nothing_sent(console, publish(shop, *arguments), words)
    assert sum(console.counts().values()) == 0


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("shop/s-1743", "Did you mean shop/s-1742?"),
        ("shop", "An address is PROJECT/SEGMENT"),
        ("shop/?1742", ""),
        ("*/s-1742", ""),
        ("", ""),
        ("\x1b[2J", ""),
    ],
)
def test_an_address_that_is_not_in_the_manifest_gets_nothing(
    shop: Cli, console: Console, address: str, hint: str
) -> None:
    ran = publish(shop, address=address)
    nothing_sent(console, ran, "the manifest has no such segment; nothing was sent", hint)
    assert "\x1b" not in ran.err


EDITS: dict[str, tuple[Callable[[Console], object], str]] = {
    "deleted": (
        lambda console: console.delete(console.segments()[0]["id"]),
        "shop/s-1742: is not live at RuStore; `segsync apply` creates it; nothing was sent",
    ),
    "switched off": (
        lambda console: console.change(console.segments()[0]["id"], is_enabled=False),
        "shop/s-1742: is switched off at RuStore; nothing was sent",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_segment_that_is_not_live_or_switched_off_gets_nothing(shop: Cli, console: Console, edit: str) -> None:
    make, words = EDITS[edit]
    make(console)
    nothing_sent(console, publish(shop), words)


@pytest.mark.parametrize(
    ("edit", "ignore", "words"),
    [
        ("project: other", "", "shop: cannot change: project is Zq3vX0c8 at RuStore, other here (segsync.yaml:4)"),
        ("app_id: 1", "", "shop: cannot change: app_id is 52210 at RuStore, 1 here (segsync.yaml:4)"),
        ("project: other", "project", "shop: has another project at RuStore: push project Zq3vX0c8, app 52210"),
        ("app_id: 1", "app_id", "shop: has another app_id at RuStore: push project Zq3vX0c8, app 52210"),
    ],
)
def test_a_project_that_has_drifted_gets_nothing(
    shop: Cli, console: Console, edit: str, ignore: str, words: str
) -> None:
    key = edit.partition(":")[0]
    before = f"    {key}: {'Zq3vX0c8' if key == 'project' else 52210}\n"
    text = (shop.folder / "segsync.yaml").read_text()
    assert before in text
    shop.write(text.replace(before, f"    {edit}\n    ignore: [{ignore}]\n"))
    nothing_sent(console, publish(shop), words)


def test_other_drift_and_duplicates_do_not_stand_in_the_way(shop: Cli, console: Console) -> None:
    pin = console.data()[0]["id"]
    console.change(console.segments()[0]["id"], period=48)
    off = console.add_segment(pin, "1742", 24, is_enabled=False, id="00000000-0000-4000-8000-000000000000")
    assert publish(shop).code == 0
    console.delete(off)
    console.add_segment(pin, "1742", 12)
    assert publish(shop).code == 0


def test_a_project_that_is_blocked_or_not_created_gets_nothing(cli: Cli, console: Console) -> None:
    cli.write(MESSAGE, "m.yaml")
    cli.write(one_project("1742"))
    nothing_sent(console, publish(cli), "there is no state here")
    cli("init")
    nothing_sent(console, publish(cli), "shop: is not live at RuStore", "`segsync apply` creates it")
    cli.write(one_project("1742", pin="b04b48ab-3125-444f-94eb-aad511c074e7"))
    nothing_sent(console, publish(cli), "shop: blocked: RuStore does not know export project b04b48ab")
    console.faults("project-get:slow:60")
    nothing_sent(console, publish(cli, "--message", "m.yaml", "--timeout", "0.5"), "no whole answer within 0.5 s")


def test_only_the_project_of_the_address_is_looked_at(shop: Cli, console: Console) -> None:
    text = (shop.folder / "segsync.yaml").read_text()
    shop.write(text + "  other:\n    project: Zq9\n    app_id: 9\n    service_token: {env: MISSING}\n")
    assert publish(shop).code == 0
    assert console.counts()["project-get"] == 1


def test_secrets_are_needed_and_not_shown(shop: Cli, console: Console) -> None:
    nothing_sent(console, shop("publish", "shop/s-1742", *TYPED, "--yes", TOKEN=""), "{env: TOKEN}: is empty")
    ran = publish(shop, "--message", "m.yaml", "-v")
    assert "/v1/projects/Zq3vX0c8/segments/1742/publish (Authorization: Bearer ***): 200" in ran.err
    assert not any(secret in ran.out + ran.err for secret in SECRETS.values())


def test_a_refused_token_sends_nothing(shop: Cli, emulator: Emulator, console: Console) -> None:
    with_token = Emulator(Settings(port=0, tokens=("another",)))
    with_token.start()
    ran = publish(Cli(shop.folder, with_token.url))
    with_token.stop()
    assert ran.code == 1
    assert "the service token was refused: {env: TOKEN}" in ran.err


def test_no_connection_sends_nothing(shop: Cli, emulator: Emulator) -> None:
    emulator.stop()
    ran = publish(shop)
    assert (ran.code, ran.out) == (1, "")
    assert "no connection to" in ran.err


@pytest.mark.parametrize(("fault", "code"), [((), 1), (("publish:drop-after-commit",), 3)])
def test_what_came_of_it_is_told_where_a_file_cannot_be_written(
    shop: Cli, console: Console, fault: tuple[str, ...], code: int
) -> None:
    console.faults(*fault)
    ran = publish(shop, *TYPED, "-o", "json", "-o", "text=/dev/full")
    assert (ran.code, ran.json["outcome"]) == (code, "unknown" if fault else "sent")
    assert "Error: /dev/full: cannot be written: No space left on device" in ran.err
    assert len(console.published()) == 1


@pytest.mark.parametrize("fault", ["drop-before", "drop-after-commit", "500", "500-after-commit", "malformed", "no-id"])
def test_what_nobody_knows_is_unknown_and_not_sent_again(shop: Cli, console: Console, fault: str) -> None:
    console.faults(f"publish:{fault}")
    ran = publish(shop, "--message", "m.yaml", "-o", "json")
    told = document(ran)
    assert (ran.code, told["outcome"], told["error"]["kind"]) == (3, "unknown", "unknown")
    assert "nobody knows whether the message was sent: " in ran.err
    assert "before you send it again" in ran.err
    assert console.counts()["publish"] == 1


@pytest.mark.parametrize("fault", ["refuse", "429"])
def test_what_rustore_refuses_is_told_and_not_sent_again(shop: Cli, console: Console, fault: str) -> None:
    console.faults(f"publish:{fault}")
    ran = publish(shop, "--message", "m.yaml", "-o", "json")
    told = document(ran)
    assert (ran.code, told["outcome"], told["error"]["kind"]) == (1, "failed", "refused")
    assert "nothing was sent" in ran.err
    assert (console.counts()["publish"], console.published()) == (1, [])


def test_a_signal_before_the_send_sends_nothing(shop: Cli, console: Console) -> None:
    with shop.start("publish", "shop/s-1742", *TYPED, stdin=-1) as asked:
        assert asked.stderr is not None
        assert any("approves" in line for line in asked.stderr)
        asked.send_signal(signal.SIGTERM)
        assert asked.wait(20) == 143
    console.faults("project-get:slow:60")
    with shop.start("publish", "shop/s-1742", *TYPED, "--yes") as reading:
        wait_for_requests(console, "project-get", 2)
        reading.send_signal(signal.SIGINT)
        assert reading.wait(20) == 130
    assert console.counts()["publish"] == 0


def test_a_signal_during_the_send_gives_it_time_to_end(shop: Cli, console: Console) -> None:
    console.faults("publish:slow:1@1", "publish:slow:60@2")
    for signum, outcome in ((signal.SIGINT, "sent"), (signal.SIGTERM, "unknown")):
        with shop.start("publish", "shop/s-1742", *TYPED, "--yes", "-o", "json") as sending:
            wait_for_requests(console, "publish", 1 if outcome == "sent" else 2)
            sending.send_signal(signum)
            out, err = sending.communicate(timeout=30)
        assert (sending.returncode, json.loads(out)["outcome"]) == (128 + signum, outcome), err


def test_the_schemas_are_printed(shop: Cli) -> None:
    assert shop("schema", "message").json["title"] == "segsync message"
    assert shop("schema", "publish").json["title"] == "segsync publish"
