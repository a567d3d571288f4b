"""Writes manifest files that have been edited."""

from segsync.errors import FileError
from segsync.manifest.sources import FILE_LIMIT, Source
from segsync.plumbing.files import create_durably, read_limited, write_durably


def rewrite(before: Source, after: Source) -> None:
    """Replace the file, its mode kept. Raises FileError, also where it is not any more what was read."""
    if read_limited(before.path, FILE_LIMIT) != before.text.encode("utf-8"):
        raise FileError(f"{before.label}: was changed meanwhile, nothing was written to it", "Run the command again.")
    write_durably(after.path, after.text.encode("utf-8"))


def create(source: Source) -> None:
    """Write a new file. Raises FileError."""
    try:
        create_durably(source.path, source.text.encode("utf-8"), mode=0o644)
    except FileExistsError as error:
        raise FileError(f"{source.label}: is there meanwhile, nothing was written", "Run the command again.") from error
