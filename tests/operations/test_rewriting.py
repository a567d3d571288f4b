"""A manifest file is replaced only as it was read."""

from pathlib import Path

import pytest

from segsync.errors import FileError
from segsync.manifest.sources import Source
from segsync.operations.rewriting import create, rewrite


def source(path: Path, text: str) -> Source:
    return Source(path, "segsync.yaml", text)


def test_what_someone_else_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "segsync.yaml"
    path.write_text("theirs")
    with pytest.raises(FileError, match=r"segsync\.yaml: was changed meanwhile"):
        rewrite(source(path, "read"), source(path, "mine"))
    with pytest.raises(FileError, match=r"segsync\.yaml: is there meanwhile"):
        create(source(path, "mine"))
    assert path.read_text() == "theirs"


def test_a_new_file_can_be_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "segsync.yaml"
    create(source(path, "caf\u00e9\r\n"))
    assert path.read_bytes() == b"caf\xc3\xa9\r\n"
    assert path.stat().st_mode & 0o777 == 0o644
