"""A page runs nothing but our script, and asks nobody for anything: `reader` sees to that in every test."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import expect

from tests.browser.plans import HOSTILE, hostile
from tests.browser.reader import Reader, shown
from tests.e2e.stories import one_project
from tests.render.test_text import CHANGES
from tests.support.cli import Cli
from tests.support.console import Console

PIN = "b04b48ab-3125-444f-94eb-aad511c074e7"


def test_a_hostile_name_stays_text(reader: Reader) -> None:
    page = reader.opens(*hostile())
    for text in HOSTILE:
        expect(page.get_by_role("link", name=text, exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("onerror")
    assert shown(page) == [f"shop/?{HOSTILE[0].replace(' ', '_')}"]
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1


def test_a_script_that_is_not_ours_does_not_run(reader: Reader) -> None:
    page = reader.opens(*CHANGES)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "alert(1)";
          document.body.append(script);
        }"""
    )
    (complaint,) = reader.complaints
    assert "violates the following Content Security Policy directive" in complaint
    reader.complaints.clear()


def test_a_plan_of_the_command_line_opens_as_a_file(reader: Reader, cli: Cli, console: Console) -> None:
    console.add_project("Zq3vX0c8", 52210, id=PIN)
    console.add_segment(PIN, HOSTILE[0])
    cli.write(one_project("1", pin=PIN))
    assert cli("plan", "-o", "html=plan.html").code == 0
    page = reader.visits((cli.folder / "plan.html").as_uri())
    assert page.title() == "Plan: 1 to create, 0 drifted, 1 unmanaged, 0 blocked, 1 unchanged."
    expect(page.get_by_role("link", name=HOSTILE[0], exact=True)).to_be_visible()
    assert len(shown(page)) == 2


def test_a_result_of_the_command_line_opens_as_a_file(reader: Reader, cli: Cli, console: Console) -> None:
    console.add_project("Zq3vX0c8", 52210, id=PIN)
    cli.write(one_project("1", "2", pin=PIN))
    assert cli("apply", "--yes", "-o", "html=result.html").code == 0
    page = reader.visits((cli.folder / "result.html").as_uri())
    assert page.title() == "Apply: 2 created, 0 adopted, 0 failed, 0 unknown, 0 skipped."
    created = next(segment for segment in console.segments() if segment["segment"] == "2")
    page.get_by_role("searchbox").fill(created["id"])
    assert shown(page) == ["shop/s-2"]


def test_a_server_is_asked_for_the_page_and_nothing_else(reader: Reader, tmp_path: Path) -> None:
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            asked.append(self.path)

    reader.opens(*CHANGES)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=tmp_path)) as server:
        Thread(target=server.serve_forever).start()
        try:
            reader.visits(f"http://127.0.0.1:{server.server_port}/plan.html").wait_for_load_state("networkidle")
        finally:
            server.shutdown()
    assert asked == ["/plan.html"]
