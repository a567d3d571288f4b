from pathlib import Path

import pytest

from segsync.errors import UsageError
from segsync.state.locate import backend_at


@pytest.mark.parametrize("scheme", ["file", "ftp", "git+ssh"])
def test_a_scheme_that_nothing_here_speaks_is_refused(scheme: str) -> None:
    with pytest.raises(UsageError) as refused:
        backend_at(f"{scheme}://ann:s3cret@host/state.json?token=s3cret", {})
    assert refused.value.message == f"--state: segsync keeps no state at {scheme}://"
    assert refused.value.hint.startswith("Give a path, or an address at https://")


@pytest.mark.parametrize("address", ["state.json", "a:b/state.json", "C:state.json", "https:/state.json", "s3/x://y"])
def test_everything_else_is_a_path(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / address
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"found")
    stored = backend_at(address, {}).read()
    assert stored is not None
    assert stored.data == b"found"


def test_the_address_is_the_path_as_it_was_given() -> None:
    assert backend_at("some/state.json", {}).address == "some/state.json"
