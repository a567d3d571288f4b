"""SecretRef -> Secret. Secrets are resolved when a call needs them, and never earlier."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from segsync.core.model import Secret, SecretRef
from segsync.errors import FileError, SecretError
from segsync.plumbing.files import is_within, read_limited

FILE_LIMIT = 64 * 2**10


class Secrets:
    """Resolves references, each at most once.

    `fenced` are the folders that no secret file may lie in: a manifest's folder and its git work tree.
    """

    def __init__(self, environment: Mapping[str, str], fenced: Sequence[Path]) -> None:
        self._environment = environment
        self._fenced = tuple(fenced)
        self._resolved: dict[SecretRef, Secret] = {}

    def resolve(self, ref: SecretRef) -> Secret:
        """Raises SecretError, which names the reference and never the value."""
        if ref not in self._resolved:
            self._resolved[ref] = _checked(ref, self._read(ref))
        return self._resolved[ref]

    def resolve_all(self, refs: Sequence[SecretRef]) -> None:
        """Resolve each, and raise one SecretError for all that cannot be."""
        wrong = [problem for ref in dict.fromkeys(refs) if (problem := self._problem(ref))]
        if wrong:
            raise SecretError("; ".join(wrong), "Set what is missing, then run the same command again.")

    def _problem(self, ref: SecretRef) -> str | None:
        try:
            self.resolve(ref)
        except SecretError as error:
            return error.message
        return None

    def _read(self, ref: SecretRef) -> str:
        if ref.source == "env":
            if ref.name not in self._environment:
                raise SecretError(f"{ref}: this environment variable is not set")
            return self._environment[ref.name]
        return self._read_file(ref)

    def _read_file(self, ref: SecretRef) -> str:
        path = Path(ref.name)
        if any(is_within(path, folder) for folder in self._fenced):
            raise SecretError(f"{ref}: lies in the manifest's folder or git work tree, where secrets get committed")
        try:
            data = read_limited(path, FILE_LIMIT)
        except FileError as error:
            raise SecretError(f"{ref}: {error.message}") from error
        # latin-1 gives every byte a character, so that what is wrong is told below, without a decoding error
        # that would hold the bytes.
        return data.decode("latin-1")


def _checked(ref: SecretRef, text: str) -> Secret:
    value = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text.removesuffix("\r")
    if not value:
        raise SecretError(f"{ref}: is empty")
    if not all("!" <= character <= "~" for character in value):
        raise SecretError(f"{ref}: holds a space, a line end or a character that is not printable ASCII")
    return Secret(value)
