"""SecretRef -> Secret: what is read, what is refused, and that the value never shows."""

import os
import traceback
from pathlib import Path

import pytest

from segsync.core.model import Secret, SecretRef
from segsync.errors import SecretError
from segsync.secrets import FILE_LIMIT, Secrets

VALUE = "s3cret-value"
ENV = SecretRef("env", "TOKEN")
UNPRINTABLE = "holds a space, a line end or a character that is not printable ASCII"
COMMITTED = "lies in the manifest's folder or git work tree, where secrets get committed"


def from_env(text: str) -> Secret:
    return Secrets({"TOKEN": text}, ()).resolve(ENV)


def from_file(path: Path, *fenced: Path) -> Secret:
    return Secrets({}, fenced).resolve(SecretRef("file", str(path)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A good secret file."""
    file = tmp_path / "secret"
    file.write_text(VALUE)
    return file


def test_a_secret_comes_from_a_variable_or_from_a_file(file: Path) -> None:
    assert from_env(VALUE).reveal() == VALUE
    assert from_file(file).reveal() == VALUE


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_one_trailing_line_end_is_lost(file: Path, end: str) -> None:
    file.write_bytes(f"{VALUE}{end}".encode())
    assert from_file(file).reveal() == VALUE
    assert from_env(f"{VALUE}{end}").reveal() == VALUE


@pytest.mark.parametrize("value", ["!", "~", "a" * 10_000, "".join(map(chr, range(0x21, 0x7F))), "{env:X}", "***"])
def test_every_printable_character_but_the_space_is_good(file: Path, value: str) -> None:
    file.write_text(value)
    assert from_file(file).reveal() == from_env(value).reveal() == value


@pytest.mark.parametrize("value", ["", "\n", "\r\n", "\r"])
def test_an_empty_secret_is_refused(file: Path, value: str) -> None:
    file.write_bytes(value.encode())
    with pytest.raises(SecretError) as refused:
        from_env(value)
    assert refused.value.message == "{env: TOKEN}: is empty"
    with pytest.raises(SecretError) as refused:
        from_file(file)
    assert refused.value.message == f"{{file: {file}}}: is empty"


@pytest.mark.parametrize(
    "value",
    [
        *(
            f"{VALUE}{end}"
            for end in ("\n\n", "\r\n\r\n", "\n\r", "\n ", " ", " \n", "\t", "\x00", "\x7f", "é", "\u200b")
        ),
        *(f"{VALUE}{between}{VALUE}" for between in (" ", "\n", "\r\n")),
        *(f"{start}{VALUE}" for start in (" ", "\n", "\ufeff")),
        " ",
    ],
)
def test_a_secret_with_a_space_a_line_end_or_another_character_is_refused_and_not_shown(file: Path, value: str) -> None:
    file.write_bytes(value.encode())
    with pytest.raises(SecretError) as refused:
        from_env(value)
    assert refused.value.message == f"{{env: TOKEN}}: {UNPRINTABLE}"
    assert VALUE not in "".join(traceback.format_exception(refused.value))
    with pytest.raises(SecretError) as refused:
        from_file(file)
    assert refused.value.message == f"{{file: {file}}}: {UNPRINTABLE}"
    assert VALUE not in "".join(traceback.format_exception(refused.value))


def test_bytes_that_are_no_text_are_refused_and_not_shown(file: Path) -> None:
    file.write_bytes(VALUE.encode() + b"\xff\xfe")
    with pytest.raises(SecretError, match=UNPRINTABLE) as refused:
        from_file(file)
    assert VALUE not in "".join(traceback.format_exception(refused.value))


def test_a_variable_that_is_not_set() -> None:
    with pytest.raises(SecretError) as refused:
        Secrets({"OTHER": VALUE}, ()).resolve(ENV)
    assert refused.value.message == "{env: TOKEN}: this environment variable is not set"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretError) as refused:
        from_file(tmp_path / "none")
    assert refused.value.message.startswith(f"{{file: {tmp_path}/none}}: ")
    assert refused.value.message.endswith("cannot be read: No such file or directory")


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_regular_file_is_refused_and_never_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(SecretError, match=r"is not a regular file|cannot be read: Is a directory"):
        from_file(path)


def test_a_file_over_the_limit(file: Path) -> None:
    file.write_bytes(b"a" * FILE_LIMIT)
    assert from_file(file).reveal() == "a" * 65_536
    file.write_bytes(b"a" * (FILE_LIMIT + 1))
    with pytest.raises(SecretError, match="is larger than 64 KiB"):
        from_file(file)


def test_a_file_in_a_fenced_folder_is_refused(file: Path) -> None:
    for fenced in (file.parent, file.parent.parent):
        with pytest.raises(SecretError) as refused:
            from_file(file, Path("/nowhere"), fenced)
        assert refused.value.message == f"{{file: {file}}}: {COMMITTED}"
    assert from_file(file, file.parent / "secret-folder").reveal() == VALUE


def test_a_link_does_not_lead_around_the_fence(file: Path, tmp_path: Path) -> None:
    for name in ("outside", "tree"):
        (tmp_path / name).mkdir()
    (tmp_path / "tree" / "key").write_text(VALUE)
    link = tmp_path / "outside" / "link"
    link.symlink_to(tmp_path / "tree" / "key")
    with pytest.raises(SecretError, match=COMMITTED):
        from_file(link, tmp_path / "tree")
    fence = tmp_path / "fence"
    fence.symlink_to(tmp_path / "tree")
    with pytest.raises(SecretError, match=COMMITTED):
        from_file(tmp_path / "tree" / "key", fence)


def test_a_link_out_of_a_fenced_folder_leads_to_a_file_outside(file: Path, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "link").symlink_to(file)
    assert from_file(tmp_path / "tree" / "link", tmp_path / "tree").reveal() == VALUE


def test_a_secret_is_read_once(file: Path) -> None:
    secrets = Secrets({}, ())
    first = secrets.resolve(SecretRef("file", str(file)))
    file.unlink()
    assert secrets.resolve(SecretRef("file", str(file))) is first


def test_a_failure_is_not_kept(file: Path) -> None:
    secrets, ref = Secrets({}, ()), SecretRef("file", str(file))
    file.write_text("")
    with pytest.raises(SecretError):
        secrets.resolve(ref)
    file.write_text(VALUE)
    assert secrets.resolve(ref).reveal() == VALUE


def test_all_that_is_wrong_is_told_at_once_and_each_once(file: Path) -> None:
    references = [SecretRef("env", name) for name in ("GOOD", "NONE", "EMPTY", "NONE", "SPACE")]
    with pytest.raises(SecretError) as refused:
        Secrets({"GOOD": VALUE, "EMPTY": "", "SPACE": "a b"}, ()).resolve_all(references)
    assert refused.value.message == (
        f"{{env: NONE}}: this environment variable is not set; {{env: EMPTY}}: is empty; {{env: SPACE}}: {UNPRINTABLE}"
    )
    assert refused.value.hint == "Set what is missing, then run the same command again."


def test_where_all_can_be_resolved_nothing_is_told(file: Path) -> None:
    secrets = Secrets({"TOKEN": VALUE}, ())
    secrets.resolve_all([ENV, SecretRef("file", str(file)), ENV])
    secrets.resolve_all([])
    assert secrets.resolve(ENV).reveal() == VALUE


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret(VALUE)
    assert [repr(secret), str(secret), format(secret), ascii(secret), f"{secret}", f"{secret!r}"] == ["***"] * 6
    assert [repr([secret]), str({"token": secret}), str(SecretError(str(secret)))] == ["[***]", "{'token': ***}", "***"]
    assert not hasattr(secret, "__dict__")


def test_a_secret_can_be_looked_for_in_a_text() -> None:
    assert Secret(VALUE).occurs_in(f"Authorization: Bearer {VALUE}")
    assert not Secret(VALUE).occurs_in("Authorization: Bearer ***")


def test_a_file_whose_links_lead_in_a_circle_cannot_be_read(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(SecretError, match="cannot be read"):
        from_file(loop, tmp_path / "other")
