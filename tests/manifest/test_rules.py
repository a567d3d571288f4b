"""The rules that a schema cannot say, as a person reads them. Those about secrets have a file of their own."""

import pytest

from tests.manifest.manifests import DEFAULTS, SHOP, told, told_of
from tests.support.models import ID, OTHER_ID

HEAD = "version: 1\n"
TWO_UNPINNED = "Only where both have an `export_project_id` may two share them."
WHERE = "Write it here or in `defaults`."
SHORT = "is under 24 hours: myTracker computes a segment once a day (The same audience is pulled again.)"


def project(name: str, *, project: str = "a", app_id: int = 1, pin: str = "") -> str:
    """One line: a project without segments."""
    more = f", export_project_id: {pin}" if pin else ""
    return f"  {name}: {{project: {project}, app_id: {app_id}{more}}}\n"


def projects(*lines: str) -> str:
    """The first of `lines` is line 8."""
    return DEFAULTS + "projects:\n" + "".join(lines)


def test_a_default_given_twice_with_different_values_names_both_places() -> None:
    texts = {
        "a.yaml": DEFAULTS + "projects: {}\n",
        "b.yaml": HEAD + "defaults: {period: 48, api_user_id: 40412}\n",
        "c.yaml": HEAD + "defaults:\n  service_token: {file: /run/token}\n  secret_key: {env: KEY}\n",
    }
    assert told_of(texts) == [
        "b.yaml:2:20: error: /defaults/period: has another value in a.yaml:6:11",
        "c.yaml:3:18: error: /defaults/service_token: has another value in a.yaml:3:18",
    ]


def test_a_state_lineage_given_twice_with_different_values_names_both_places() -> None:
    texts = {
        "a.yaml": HEAD + f"projects: {{}}\nstate_lineage: {ID}\n",
        "b.yaml": HEAD,
        "c.yaml": HEAD + f"state_lineage: {ID}\n",
        "d.yaml": HEAD + f"state_lineage: {OTHER_ID}\n",
    }
    assert told_of(texts) == ["d.yaml:2:16: error: /state_lineage: has another value in a.yaml:3:16"]


def test_a_state_lineage_may_be_written_in_either_case() -> None:
    texts = {
        "a.yaml": projects(project("a")) + f"state_lineage: {ID}\n",
        "b.yaml": HEAD + f"state_lineage: {ID.upper()}\n",
    }
    assert told_of(texts) == []


def test_a_name_defined_in_two_files_names_both_places() -> None:
    texts = {
        "a.yaml": projects(project("shop"), project("news", app_id=2)),
        "b.yaml": HEAD + "projects:\n" + project("shop", app_id=3),
        "c.yaml": HEAD + "projects:\n" + project("shop", app_id=4),
    }
    assert told_of(texts) == [
        "b.yaml:3:3: error: /projects/shop: is defined twice, first in a.yaml:8:3",
        "c.yaml:3:3: error: /projects/shop: is defined twice, first in a.yaml:8:3",
    ]


def test_a_name_defined_twice_in_one_file_names_both_places() -> None:
    assert told(projects(project("shop"), project("shop", app_id=2))) == [
        "9:3: error: /projects/shop: is given twice, first in line 8 column 3"
    ]
    assert told(SHOP + "      payers: {segment: 1}\n      payers: {segment: 2}\n") == [
        "13:7: error: /projects/shop/segments/payers: is given twice, first in line 12 column 7"
    ]


def test_one_mytracker_segment_twice_in_a_project_names_both_places() -> None:
    text = SHOP + '      payers: {segment: 1742}\n      all: {segment: "01742"}\n      same: {segment: "1742"}\n'
    assert told(text) == [
        "14:23: error: /projects/shop/segments/same/segment: is the same myTracker segment as in segsync.yaml:12:25"
    ]


def test_two_projects_may_have_one_mytracker_segment() -> None:
    text = SHOP + "      payers: {segment: 1742}\n"
    other = "  news: {project: b, app_id: 1, segments: {payers: {segment: 1742}}}\n"
    assert told(text + other) == []


def test_one_export_project_id_twice_names_both_places_whatever_the_case() -> None:
    texts = {
        "a.yaml": projects(project("shop", pin=ID), project("news", app_id=2, pin=OTHER_ID)),
        "b.yaml": HEAD + "projects:\n" + project("again", app_id=3, pin=ID.upper()),
    }
    assert told_of(texts) == [
        "b.yaml:3:53: error: /projects/again/export_project_id: is the same export project as in a.yaml:8:52"
    ]


def test_one_project_and_app_id_twice_names_both_places() -> None:
    same = "has the same `project` and `app_id` as the project in segsync.yaml:8:3"
    assert told(projects(project("one"), project("other", app_id=2), project("two"))) == [
        f"10:3: error: /projects/two: {same} ({TWO_UNPINNED})"
    ]


def test_one_project_and_app_id_may_stand_twice_only_where_both_are_pinned() -> None:
    unpinned, pinned = project("one"), project("two", pin=ID)
    same = "has the same `project` and `app_id` as the project in segsync.yaml:8:3"
    assert told(projects(unpinned, pinned)) == [f"9:3: error: /projects/two: {same} ({TWO_UNPINNED})"]
    assert told(projects(pinned, unpinned)) == [f"9:3: error: /projects/one: {same} ({TWO_UNPINNED})"]
    assert told(projects(project("one", pin=OTHER_ID), pinned)) == []


def test_every_project_but_the_first_is_told_that_shares_a_project_and_app_id() -> None:
    texts = projects(project("one", pin=ID), project("two", pin=OTHER_ID), project("three"), project("four"))
    assert [line.split(": ")[:3] for line in told(texts)] == [
        ["10:3", "error", "/projects/three"],
        ["11:3", "error", "/projects/four"],
    ]


def test_what_a_project_needs_and_neither_it_nor_the_defaults_give() -> None:
    assert told(HEAD + "projects:\n  shop: {project: a, app_id: 1, segments: {x: {segment: 1}}}\n") == [
        f"3:3: error: /projects/shop: `service_token` is missing ({WHERE})",
        f"3:3: error: /projects/shop: `api_user_id` is missing ({WHERE})",
        f"3:3: error: /projects/shop: `secret_key` is missing ({WHERE})",
        "3:44: error: /projects/shop/segments/x: `period` is missing (Write it here, on the project or in `defaults`.)",
    ]


def test_a_pinned_project_needs_only_the_token() -> None:
    assert told(HEAD + "projects:\n" + project("shop", pin=ID)) == [
        f"3:3: error: /projects/shop: `service_token` is missing ({WHERE})"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "projects:\n  shop: {project: a, app_id: 1, service_token: {env: T}, api_user_id: 1, secret_key: {env: K}}\n",
        "defaults: {api_user_id: 1}\nprojects:\n"
        "  shop: {project: a, app_id: 1, service_token: {env: T}, secret_key: {file: /k}}\n",
        "defaults: {service_token: {env: T}, api_user_id: 1, secret_key: {env: K}}\nprojects:\n"
        "  shop: {project: a, app_id: 1, segments: {x: {segment: 1, period: 24}}}\n",
        "defaults: {service_token: {env: T}, api_user_id: 1, secret_key: {env: K}}\nprojects:\n"
        "  shop: {project: a, app_id: 1, period: 24, segments: {x: {segment: 1}}}\n",
        f"projects:\n  shop: {{project: a, app_id: 1, service_token: {{env: T}}, export_project_id: {ID}}}\n",
    ],
)
def test_the_project_or_the_defaults_may_give_what_is_needed(text: str) -> None:
    assert told(HEAD + text) == []


def test_the_defaults_of_one_file_are_those_of_all() -> None:
    assert told_of({"a.yaml": HEAD + "projects:\n" + project("shop"), "b.yaml": DEFAULTS}) == []


def test_a_period_under_24_is_a_warning_wherever_it_stands() -> None:
    text = DEFAULTS.replace("24", "23") + (
        "projects:\n  shop: {project: a, app_id: 1, period: 1, segments: {x: {segment: 1, period: 12h}}}\n"
    )
    assert told(text) == [
        f"6:11: warning: /defaults/period: {SHORT}",
        f"8:41: warning: /projects/shop/period: {SHORT}",
        f"8:79: warning: /projects/shop/segments/x/period: {SHORT}",
    ]


@pytest.mark.parametrize("text", [HEAD, HEAD + "projects: {}\n", DEFAULTS])
def test_no_projects_is_a_warning(text: str) -> None:
    assert told(text) == ["1:1: warning: : there are no projects (Nothing is wanted of RuStore.)"]


def test_a_project_in_another_file_is_a_project() -> None:
    assert told_of({"a.yaml": HEAD, "b.yaml": projects(project("shop"))}) == []


def test_a_rule_about_a_project_whose_name_may_not_be_shown_points_above_it() -> None:
    (_, line) = told(HEAD + f"projects:\n  'a b': {{project: a, app_id: 1, export_project_id: {ID}}}\n")
    assert line == f"3:3: error: /projects: `service_token` is missing ({WHERE})"
