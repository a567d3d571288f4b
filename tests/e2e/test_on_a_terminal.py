"""segsync as a person at a terminal sees it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.stories import TWO_PROJECTS
from tests.support.cli import COMMAND, Cli, environment
from tests.support.console import Console

COLUMNS, LINES = 80, 24
CLEAR = "\r\x1b[K"


@dataclass
class Session:
    """A terminal with segsync in it, and all that it has shown."""

    process: "subprocess.Popen[bytes]"
    master: int
    seen: str = ""

    def read_until(self, pattern: str) -> None:
        while not re.search(pattern, self.seen):
            self.seen += os.read(self.master, 65536).decode()

    def ended(self) -> tuple[int, str]:
        """The exit code, and all that was shown, with the line ends of a file."""
        while True:
            try:
                chunk = os.read(self.master, 65536)
            except OSError:  # nobody has the other end any more
                break
            if not chunk:
                break
            self.seen += chunk.decode()
        return self.process.wait(60), self.seen.replace("\r\n", "\n")


@pytest.fixture
def terminals() -> Iterator[list[int]]:
    masters: list[int] = []
    yield masters
    for master in masters:
        os.close(master)


def opened(cli: Cli, terminals: list[int], *arguments: str) -> Session:
    master, slave = os.openpty()
    terminals.append(master)
    settings = {"SEGSYNC_API_URL": cli.api_url, "TERM": "xterm", "COLUMNS": str(COLUMNS), "LINES": str(LINES)}
    # A session of its own, so that Ctrl-C reaches it as it does from a keyboard.
    script = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", script, *COMMAND, *arguments],
        cwd=cli.folder,
        env=environment(settings),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    return Session(process, master)


def test_a_plan_has_colours_and_an_edge_and_its_progress_is_gone(cli: Cli, terminals: list[int]) -> None:
    cli.write(TWO_PROJECTS.replace("payers", "a-name-that-is-much-longer-than-others"))
    cli("init")
    code, seen = opened(cli, terminals, "plan").ended()
    assert code == 0
    shown = re.sub(r"\x1b\[[0-9;]*m", "", seen.rpartition(CLEAR)[2])
    assert max(map(len, shown.splitlines())) <= COLUMNS
    assert "\x1b[32m+\x1b[0m" in seen
    assert shown.endswith("\nPlan: 5 to create, 0 drifted, 0 unmanaged, 0 blocked, 0 unchanged.\n")


def test_creating_is_counted_and_the_counts_are_gone_in_the_end(cli: Cli, terminals: list[int]) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    code, seen = opened(cli, terminals, "apply", "--yes").ended()
    assert code == 0
    assert f"{CLEAR}Creating projects: 1 of 2" in seen
    assert f"{CLEAR}Creating segments: 3 of 3{CLEAR}" in seen
    assert seen.endswith("it needs no state.\n")


def test_a_key_that_interrupts_a_question_leaves_a_clean_line(cli: Cli, console: Console, terminals: list[int]) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    session = opened(cli, terminals, "apply")
    session.read_until("approves:")
    os.write(session.master, b"\x03")
    code, seen = session.ended()
    assert (code, console.creates()) == (130, (0, 0))
    assert seen.endswith("approves:\n^C\n")


def test_two_interrupts_in_the_middle_of_a_count_leave_a_clean_line(
    cli: Cli, console: Console, terminals: list[int]
) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    console.faults("project-create:slow:60@2")
    session = opened(cli, terminals, "apply", "--yes")
    session.read_until("Creating projects: 1 of 2")
    session.process.send_signal(signal.SIGINT)
    session.process.send_signal(signal.SIGTERM)
    code, seen = session.ended()
    assert code in (130, 143)
    assert seen.endswith("\n")
