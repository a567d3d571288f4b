import getpass
import os
import socket

import pytest

from segsync.plumbing.whoami import who


def test_the_user_and_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "anna")
    assert who() == f"anna@{socket.gethostname()}"


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_without_a_name_the_user_is_a_number(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def nameless() -> str:
        raise error

    # What Python raises where the system knows no such user: KeyError before 3.13, OSError since.
    monkeypatch.setattr(getpass, "getuser", nameless)
    assert who() == f"{os.getuid()}@{socket.gethostname()}"
