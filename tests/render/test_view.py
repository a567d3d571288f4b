from segsync.core.model import Origin
from segsync.core.plan import Action, Change, Ending, Outcome, Reason, Remaining, Result, Tally
from segsync.render.view import PLAN_TAGS, RESULT_TAGS, Section, of_plan, of_result
from tests.render.changes import of_project, of_segment, plan_of, state_only, unmanaged
from tests.render.test_text import CHANGES
from tests.support.models import ID, live_segment, project, segment

FILES = ("segsync.yaml",)


def counts(section: Section) -> dict[str, int]:
    return {tag.name: number for tag, number in section.counts.items()}


def names(sections: tuple[Section, ...]) -> list[str]:
    return [f"{section.project}: {' '.join(row.name for row in section.rows)}" for section in sections]


def test_tags_are_the_words_of_json_in_the_order_of_the_summary() -> None:
    assert [tag.name for tag in PLAN_TAGS] == ["create", "drift", "unmanaged", "blocked", "unchanged"]
    assert {tag.name for tag in PLAN_TAGS} == {action.value for action in Action}
    assert [tag.name for tag in RESULT_TAGS] == [ending.value for ending in Ending]


def test_signs_are_those_of_the_documentation_and_no_two_are_the_same() -> None:
    assert [tag.sign for tag in PLAN_TAGS] == ["+", "!", "?", "x", ""]
    for tags in (PLAN_TAGS, RESULT_TAGS):
        assert len({tag.sign for tag in tags}) == len(tags)


def test_projects_come_in_the_order_of_the_plan_and_count_all_of_their_addresses() -> None:
    view = of_plan(plan_of(*CHANGES), FILES)
    assert names(view.sections) == [
        "shop: churned trial muted 1750",
        "shop-ios: shop-ios payers",
        "games: ",
        "shop-web: shop-web payers",
        "shop-tv: shop-tv",
        "old: old",
    ]
    assert counts(view.sections[0]) == {"create": 1, "drift": 1, "unmanaged": 1, "blocked": 1, "unchanged": 2}
    assert counts(view.sections[2]) == {"unchanged": 2}
    assert {tag.name: number for tag, number in view.counts.items()} == {
        "create": 3,
        "drift": 2,
        "unmanaged": 2,
        "blocked": 3,
        "unchanged": 4,
    }
    assert (len(view.told), view.quiet) == (5, 1)


def test_what_needs_a_person_can_come_first() -> None:
    view = of_plan(plan_of(*CHANGES), FILES).urgent_first()
    assert names(view.told) == [
        "shop: trial muted churned 1750",
        "shop-web: shop-web payers",
        "shop-tv: shop-tv",
        "shop-ios: shop-ios payers",
        "old: old",
    ]


def test_a_row_has_the_place_of_its_project_where_it_has_none_of_its_own() -> None:
    changes: tuple[Change, ...] = (
        of_project(project("shop"), Action.CREATE, Reason.MISSING),
        of_segment("shop", segment(), Action.CREATE, Reason.MISSING),
        unmanaged("shop", live_segment("e-9", "1750")),
        state_only("old"),
    )
    rows = [row for section in of_plan(plan_of(*changes), FILES).sections for row in section.rows]
    home = Origin("segsync.yaml", 4, 3)
    assert [row.place for row in rows] == [home, Origin("segsync.yaml", 8, 7), home, None]


def test_a_plan_says_when_it_is_incomplete_and_when_there_is_nothing_to_do() -> None:
    assert of_plan(plan_of(), FILES).notices == ("No changes. RuStore matches the manifest.",)
    assert of_plan(plan_of(*CHANGES), FILES).notices == ()
    unread = plan_of(of_project(project(), Action.BLOCKED, Reason.UNREADABLE), complete=False)
    assert of_plan(unread, FILES).notices == ("This plan is incomplete: not every project could be read.",)


def test_a_result_has_a_row_for_every_outcome() -> None:
    outcomes = (
        Outcome("shop", "project", Ending.CREATED, ID),
        Outcome("shop/payers", "segment", Ending.UNKNOWN),
        Outcome("games/players", "segment", Ending.SKIPPED),
    )
    view = of_result(Result(Tally(1, 0, 0, 1, 1), Remaining(1, 2, 3), False, 3, outcomes), FILES)
    assert names(view.sections) == ["shop: shop payers", "games: players"]
    assert [row.tag.name for section in view.sections for row in section.rows] == ["created", "unknown", "skipped"]
    assert view.line == "Apply: 1 created, 0 adopted, 0 failed, 1 unknown, 1 skipped."
    assert view.notices == ("Not converged: 1 drifted, 2 blocked, 3 unmanaged remain.",)
    assert view.quiet == 0
