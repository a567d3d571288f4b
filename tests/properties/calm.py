"""Once nothing goes wrong any more, one apply does all that can be done, and tells the rest."""

from segsync.core.plan import Action, Reason
from tests.properties import person
from tests.properties.checks import check, unmet
from tests.properties.process import run_apply
from tests.properties.ran import CALM
from tests.properties.world import World

_FOR_A_PERSON = (Action.DRIFT, Action.BLOCKED)
_NOT_IN_A_CALM = (Reason.UNREADABLE, Reason.NOT_FOUND)


def check_calm(world: World) -> None:
    world.console.faults()
    before = world.scene()
    first = run_apply(world, CALM)
    between = check(world, before, [first])
    second = run_apply(world, CALM)
    after = check(world, between, [second])
    assert second.plan
    assert not second.calls.creates
    told = {change.address for change in second.plan.changes if change.action in _FOR_A_PERSON}
    for change in second.plan.changes:
        assert change.action is not Action.CREATE
        assert change.reason not in _NOT_IN_A_CALM
        assert change.reason or change.action is Action.UNCHANGED
    assert first.result.converged == second.result.converged == (not told)
    # Nothing that is missing or differs goes without being told.
    assert unmet(world, after) <= told


def check_nothing_stays_in_doubt(world: World) -> None:
    """A person can always answer, and then nothing is in the way of the rest."""
    world.console.faults()
    for deed in person.DEEDS:
        deed(world)
    check_calm(world)
    state = world.state()
    in_manifest = [name for name in world.wanted.projects if state and state.pending_project(name)]
    assert not in_manifest
