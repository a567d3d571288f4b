"""What has changed between a saved plan and a fresh one."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.codec import encode_plan
from segsync.core.model import Origin
from segsync.core.plan import Base, Change, Plan
from segsync.core.planner import Selection, plan_changes, summarize
from segsync.core.staleness import differences
from segsync.core.state import StateRef
from tests.core.plans import GONE, UNKNOWN_ID, found, plan
from tests.core.strategies import World, property_test, worlds
from tests.support.models import AT, ID, LINEAGE, OTHER_ID, live_segment, project, segment

Document = dict[str, Any]
BASE = Base("http://127.0.0.1", ("*",), "sha256:" + "0" * 64, StateRef(LINEAGE, 7), "sha256:" + "1" * 64)
CHANGES = plan(
    project("shop", segment("payers"), segment("churned", "1743", 12), pin=ID),
    project("news", pin=OTHER_ID, app_id=2),
    live={ID: found(live_segment("e-1", "1743"), live_segment("e-2", "1750")), OTHER_ID: UNKNOWN_ID},
)


def document(changes: tuple[Change, ...] = CHANGES, base: Base = BASE) -> Document:
    return encode_plan(Plan(AT, "0.1.0", True, base, summarize(changes), changes))


def edited(path: str, value: object) -> Document:
    """The plan with one value put at `path`."""
    whole: Any = document()
    *parents, last = path.split(".")
    place = whole
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value
    return dict(whole)


def test_the_same_plan_still_holds() -> None:
    assert [change.address for change in CHANGES] == ["shop", "shop/payers", "shop/churned", "shop/?1750", "news"]
    assert differences(document(), document()) == ()


@property_test
@given(worlds())
def test_when_and_where_a_plan_was_made_makes_it_no_other_plan(world: World) -> None:
    changes = plan_changes(world.manifest, world.state, world.snapshot, Selection())
    elsewhere = tuple(replace(change, origin=Origin("other/place.yml", 99, 1)) for change in changes)
    later = {**document(elsewhere), "created_at": "2027-01-01T00:00:00Z", "segsync": "9.9.9"}
    assert differences(document(changes), later) == ()


@pytest.mark.parametrize(
    ("base", "sentence"),
    [
        (replace(BASE, api_url="http://127.0.0.2"), "the API's address is not the same"),
        (replace(BASE, projects=("shop",)), "the selection (--project) is not the same"),
        (replace(BASE, manifest=BASE.live), "the manifest is not the same"),
        (replace(BASE, state=None), "the state is not the same"),
        (replace(BASE, state=StateRef(LINEAGE, 8)), "the state is not the same"),
        (replace(BASE, live=BASE.manifest), "what is live at RuStore is not the same"),
    ],
)
def test_what_a_plan_was_made_from_is_named(base: Base, sentence: str) -> None:
    assert differences(document(), document(base=base)) == (sentence,)
    assert differences(document(base=base), document()) == (sentence,)


def test_everything_that_differs_is_named_at_once() -> None:
    other = Base("http://127.0.0.2", ("shop",), BASE.live, None, BASE.manifest)
    assert differences(document(base=other), document(CHANGES[:-1])) == (
        "the API's address is not the same",
        "the selection (--project) is not the same",
        "the manifest is not the same",
        "the state is not the same",
        "what is live at RuStore is not the same",
        "news: is only in the saved plan",
        "the summary is not the same",
    )


def test_an_address_that_is_gone_or_new_is_named() -> None:
    fewer = tuple(change for change in CHANGES if change.address != "shop/?1750")
    assert differences(document(), document(fewer)) == (
        "shop/?1750: is only in the saved plan",
        "the summary is not the same",
    )
    assert differences(document(fewer), document()) == (
        "shop/?1750: is not in the saved plan",
        "the summary is not the same",
    )


def test_another_action_is_named_with_both() -> None:
    assert differences(edited("changes.1.action", "unchanged"), document()) == (
        "shop/payers: was unchanged, is now create",
    )


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("changes.0.kind", "segment", "shop: not the same in kind"),
        ("changes.1.reason", None, "shop/payers: not the same in reason"),
        ("changes.1.desired.segment", "1799", "shop/payers: not the same in desired"),
        ("changes.1.desired.period", 24.0, "shop/payers: not the same in desired"),
        ("changes.1.desired.is_enabled", 1, "shop/payers: not the same in desired"),
        ("changes.0.desired.service_token", {"file": "TOKEN"}, "shop: not the same in desired"),
        ("changes.2.live.id", "e-9", "shop/churned: not the same in live"),
        ("changes.2.fields.0.live", "24", "shop/churned: not the same in fields"),
        ("changes.2.fields", [], "shop/churned: not the same in fields"),
        ("changes.2.ignored", ["period"], "shop/churned: not the same in ignored"),
        ("changes.3.live", None, "shop/?1750: not the same in live"),
        ("changes.4.error", None, "news: not the same in error"),
        ("changes.4.error.message", f"{GONE.message}!", "news: not the same in error"),
        ("summary.create", 0, "the summary is not the same"),
        ("summary.create", True, "the summary is not the same"),
    ],
)
def test_an_edited_plan_is_a_stale_plan_that_names_where(path: str, value: object, sentence: str) -> None:
    assert differences(edited(path, value), document()) == (sentence,)
    assert differences(document(), edited(path, value)) == (sentence,)


def test_a_saved_plan_may_have_its_keys_in_another_order() -> None:
    """Tools that format JSON sort them."""
    saved = json.loads(json.dumps(document(), sort_keys=True))
    assert list(saved["changes"][0]["desired"]) != list(document()["changes"][0]["desired"])
    assert differences(saved, document()) == ()


def test_all_that_differs_of_one_address_is_one_sentence() -> None:
    saved = edited("changes.2.live.period", 48)
    saved["changes"][2]["reason"] = "is_enabled"
    assert differences(saved, document()) == ("shop/churned: not the same in reason, live",)


def test_another_order_is_another_plan() -> None:
    swapped = (CHANGES[1], CHANGES[0], *CHANGES[2:])
    assert differences(document(swapped), document()) == ("the order of the changes is not the same",)


def test_a_change_that_was_written_twice_is_not_overlooked() -> None:
    saved = document()
    saved["changes"].insert(0, {**saved["changes"][0], "action": "create"})
    assert differences(saved, document()) == ("the order of the changes is not the same",)


@property_test
@given(worlds(), worlds())
def test_two_plans_without_differences_are_the_same_but_for_their_origins(one: World, other: World) -> None:
    first, second = (plan_changes(world.manifest, world.state, world.snapshot, Selection()) for world in (one, other))
    same = told(document(first)) == told(document(second))
    assert (differences(document(first), document(second)) == ()) is same


def told(plan: Document) -> list[Document]:
    return [{**change, "origin": None} for change in plan["changes"]]


@property_test
@given(st.sampled_from(range(len(CHANGES))), st.sampled_from(("action", "reason", "kind", "desired", "live", "error")))
def test_whatever_is_edited_its_address_is_named(place: int, key: str) -> None:
    (sentence,) = differences(edited(f"changes.{place}.{key}", "edited"), document())
    assert sentence.startswith(f"{CHANGES[place].address}: ")
