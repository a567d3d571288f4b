"""The same digest for the same meaning, another for any other."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.digest import digest, live_digest, manifest_digest
from segsync.core.model import Manifest, Origin, Project, Reading, SecretRef, Segment, Unreadable
from tests.core.plans import GONE, UNKNOWN_ID, UNREADABLE, found
from tests.core.strategies import manifests, property_test, shuffled_manifest, shuffled_snapshot, worlds
from tests.support.models import ID, LINEAGE, OTHER_ID, live_segment, project, segment

ELSEWHERE = Origin("other/place.yml", 99, 1)


def test_a_digest_is_the_sha_256_of_canonical_json() -> None:
    # printf '{"a":[1,true,null],"b":"\\u0451"}' | sha256sum
    expected = "3f8930413277d622054c46b3489269c80546c89345b2bc8f0912288c62137b57"
    assert digest({"b": "ё", "a": [1, True, None]}) == f"sha256:{expected}"


@pytest.mark.parametrize(
    ("one", "other"),
    [(24, 24.0), (1, True), (0, False), (1, "1"), (None, "null"), ([], {}), (["a", "b"], ["b", "a"]), ("", None)],
)
def test_values_that_python_or_a_reader_may_confuse_have_other_digests(one: object, other: object) -> None:
    assert digest({"value": one}) != digest({"value": other})


def test_text_that_is_no_unicode_has_a_digest_too() -> None:
    assert digest("\ud800") != digest("\udfff")


@property_test
@given(st.data())
def test_neither_order_nor_origin_changes_the_digest_of_a_manifest(data: st.DataObject) -> None:
    manifest = data.draw(manifests())
    again = data.draw(shuffled_manifest(manifest))
    moved = replace(again, projects=tuple(elsewhere(one) for one in again.projects))
    assert manifest_digest(moved) == manifest_digest(manifest)


def elsewhere(project: Project) -> Project:
    moved = tuple(replace(one, origin=ELSEWHERE) for one in project.segments)
    return replace(project, origin=ELSEWHERE, segments=moved)


class Backwards(frozenset[str]):
    """A set that is walked in another order, as any set may be in another process."""

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(frozenset.__iter__(self), reverse=True))


def test_no_order_of_what_is_ignored_changes_the_digest() -> None:
    payers = segment(ignore="duplicate is_enabled period")
    shop = project("shop", payers, ignore="app_id project")
    again = replace(payers, ignore=Backwards(payers.ignore))
    moved = replace(shop, segments=(again,), ignore=Backwards(shop.ignore))
    assert list(moved.ignore) == ["project", "app_id"]
    assert manifest_digest(Manifest((moved,))) == manifest_digest(Manifest((shop,)))


SHOP = project("shop", segment("payers"), segment("churned", "1743"))
NEWS = project("news", segment("payers"), app_id=2)


@pytest.mark.parametrize(
    "changed",
    [
        replace(SHOP, name="boutique"),
        replace(SHOP, project="other"),
        replace(SHOP, app_id=1),
        replace(SHOP, service_token=SecretRef("env", "OTHER")),
        replace(SHOP, service_token=SecretRef("file", "TOKEN")),
        replace(SHOP, secret_key=SecretRef("env", "TOKEN")),
        replace(SHOP, secret_key=None),
        replace(SHOP, api_user_id="1"),
        replace(SHOP, api_user_id=None),
        replace(SHOP, export_project_id=ID),
        replace(SHOP, export_project_id=OTHER_ID),
        replace(SHOP, ignore=frozenset({"project"})),
        replace(SHOP, ignore=frozenset({"app_id"})),
        replace(SHOP, segments=()),
        replace(SHOP, segments=(segment("payers"),)),
        replace(SHOP, segments=(segment("payers", "1743"), segment("churned", "1742"))),
    ],
)
def test_another_value_of_a_project_is_another_digest(changed: Project) -> None:
    assert manifest_digest(Manifest((changed, NEWS))) != manifest_digest(Manifest((SHOP, NEWS)))


ONE = segment("payers", period=1)


@pytest.mark.parametrize(
    "changed",
    [
        segment("renamed", period=1),
        segment("payers", "1743", period=1),
        segment("payers", period=2),
        segment("payers", period=True),
        segment("payers", period=1, is_enabled=False),
        segment("payers", period=1, ignore="period"),
        segment("payers", period=1, ignore="duplicate"),
    ],
)
def test_another_value_of_a_segment_is_another_digest(changed: Segment) -> None:
    assert manifest_digest(Manifest((project("shop", changed),))) != manifest_digest(Manifest((project("shop", ONE),)))


def test_the_lineage_is_part_of_the_manifest() -> None:
    assert len({manifest_digest(Manifest((SHOP,), lineage)) for lineage in (None, LINEAGE, ID)}) == 3


def test_segments_may_not_move_between_projects_unseen() -> None:
    here = Manifest((project("shop", segment()), project("news", app_id=2)))
    there = Manifest((project("shop"), project("news", segment(), app_id=2)))
    assert manifest_digest(here) != manifest_digest(there)


@property_test
@given(st.data())
def test_no_order_changes_the_digest_of_what_is_live(data: st.DataObject) -> None:
    snapshot = data.draw(worlds()).snapshot
    assert live_digest(data.draw(shuffled_snapshot(snapshot))) == live_digest(snapshot)


LIVE = found(live_segment("e-1", period=1), live_segment("e-2", "1743"))


@pytest.mark.parametrize(
    "changed",
    [
        found(),
        found(live_segment("e-1", period=1)),
        found(live_segment("e-3", period=1), live_segment("e-2", "1743")),
        found(live_segment("e-1", "1744", 1), live_segment("e-2", "1743")),
        found(live_segment("e-1", period=True), live_segment("e-2", "1743")),
        found(live_segment("e-1", period=1, is_enabled=False), live_segment("e-2", "1743")),
        found(live_segment("e-2", period=1), live_segment("e-1", "1743")),
        found(*LIVE.segments, id=OTHER_ID),
        found(*LIVE.segments, project="other"),
        found(*LIVE.segments, app_id=1),
        UNKNOWN_ID,
        UNREADABLE,
    ],
)
def test_another_live_value_is_another_digest(changed: Reading) -> None:
    assert live_digest({ID: changed}) != live_digest({ID: LIVE})


def test_each_reading_belongs_to_its_id() -> None:
    assert live_digest({ID: UNKNOWN_ID, OTHER_ID: UNREADABLE}) != live_digest({ID: UNREADABLE, OTHER_ID: UNKNOWN_ID})
    assert live_digest({}) != live_digest({ID: UNKNOWN_ID})


def test_why_a_read_failed_is_not_part_of_what_is_live() -> None:
    assert live_digest({ID: Unreadable(GONE)}) == live_digest({ID: UNREADABLE})
