"""`segsync init`: a first manifest and a first state, and nothing that is there already is touched."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segsync.core.events import Listener
from segsync.core.state import State
from segsync.errors import StateMissing, UsageError
from segsync.manifest.load import load
from segsync.manifest.starter import starter
from segsync.operations.workspace import Options, checked, store_at
from segsync.plumbing.files import create_durably
from segsync.plumbing.schemas import schema_text
from segsync.state.store import Store

STARTER = "segsync.yaml"
EDITOR_SCHEMA = Path(".segsync/manifest.schema.json")


@dataclass(frozen=True, slots=True)
class Started:
    """What is there now. `wrote` are the files that this run wrote; `named`: the manifest has the lineage."""

    lineage: str
    named: bool
    wrote: tuple[Path | str, ...]


def start(options: Options, listener: Listener, new_id: Callable[[], str]) -> Started:
    if options.state_would_be_lost:
        raise UsageError(
            "a state in a local file would not outlive this CI job", "Name one with --state or SEGSYNC_STATE."
        )
    missing = _missing_manifest(options.manifests[0])
    wanted = None if missing else checked(load(options.manifests, options.environment), listener).state_lineage
    store = store_at(options, wanted, listener)
    state = store.find()
    wrote: list[Path | str] = []
    if state is None:
        store.prove()
        state = State(lineage=_new_lineage(wanted, store, new_id), serial=1)
        store.put(state)
        wrote.append(store.address)
    if missing:
        wrote += _write_starter(missing, state.lineage)
    return Started(state.lineage, missing is not None or wanted is not None, tuple(wrote))


def _new_lineage(wanted: str | None, store: Store, new_id: Callable[[], str]) -> str:
    if wanted is not None:
        # An empty state in its place would have everything created again.
        raise StateMissing(
            f"{store.address}: there is no state here, but the manifest belongs to the state {wanted}",
            "Bring that state back (`segsync state push FILE`). For a new one, take out `state_lineage` first.",
        )
    return new_id()


def _missing_manifest(path: Path) -> Path | None:
    """Where a starter is to be written, if there is no manifest."""
    if not path.is_dir():
        return None if path.exists() else path
    has_one = any(entry.suffix in (".yaml", ".yml") for entry in path.iterdir())
    return None if has_one else path / STARTER


def _write_starter(path: Path, lineage: str) -> list[Path | str]:
    schema = path.parent / EDITOR_SCHEMA
    schema.parent.mkdir(exist_ok=True)
    wrote: list[Path | str] = []
    for place, text in ((schema, schema_text("manifest")), (path, starter(lineage))):
        if not place.exists():
            create_durably(place, text.encode("utf-8"), mode=0o644)
            wrote.append(place)
    return wrote
