"""What the schema refuses, as a person reads it: place, pointer, words; never a value."""

import pytest

from tests.manifest.manifests import DEFAULTS, SHOP, told

NAME = "letters, digits, dot, underscore and hyphen; at most 64 characters; starts with a letter or digit"
TEXT_ID = r"must match ^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$"
PERIOD = "must be a whole number of hours, 1 or more, without quotes (24, 48h and 7d are good.)"
REFERENCE = "must be a reference (Write {env: NAME} or {file: PATH}; a secret never stands in a manifest.)"
ONE_REFERENCE = "must be one reference (Write {env: NAME} or {file: PATH}.)"


def of_project(lines: str) -> list[str]:
    """What is said of a project with one more line, or with another one in place of it. It is line 11."""
    return told(DEFAULTS + f"projects:\n  shop:\n    project: Zq3vX0c8\n    app_id: 52210\n    {lines}\n")


def of_segment(fields: str) -> list[str]:
    """What is said of a segment whose value begins in line 12, column 15."""
    return told(SHOP + f"      payers: {fields}\n")


@pytest.mark.parametrize("text", ["--- 1", "---", "[version]", "'version: 1'"])
def test_a_manifest_is_a_mapping(text: str) -> None:
    assert told(text) == ["1:1: error: : must be a mapping"]


def test_a_file_without_a_version() -> None:
    assert told("projects: {}\n") == ["1:1: error: : `version` is missing"]


@pytest.mark.parametrize("version", ["2", '"1"', "true", "~", "[1]"])
def test_a_version_that_is_not_known(version: str) -> None:
    column = 1 if version == "[1]" else 10
    assert told(f"version: {version}\n") == [
        f"1:{column}: error: /version: must be 1 (This segsync reads no other version.)"
    ]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("version: 1\nproject: {}\n", "2:1: error: ", "unknown key `project` (did you mean `projects`?)"),
        (
            "version: 1\nx: 1\n",
            "2:1: error: ",
            "unknown key `x` (known here: defaults, projects, state_lineage, version)",
        ),
        (
            "version: 1\ndefaults: {perod: 24}\n",
            "2:12: error: /defaults",
            "unknown key `perod` (did you mean `period`?)",
        ),
        (
            "version: 1\ndefaults: {service_token: {environment: X}}\n",
            "2:28: error: /defaults/service_token",
            "unknown key `environment` (known here: env, file)",
        ),
        (
            "version: 1\na key that is no name: 1\n",
            "2:1: error: ",
            "unknown key (known here: defaults, projects, state_lineage, version)",
        ),
    ],
)
def test_an_unknown_key(text: str, place: str, said: str) -> None:
    assert told(text)[0] == f"{place}: {said}"


def test_an_unknown_key_of_a_project_and_of_a_segment() -> None:
    assert of_project("app: 1") == [
        "11:5: error: /projects/shop: unknown key `app` (did you mean `app_id`?)",
    ]
    assert of_segment("{segment: 1, enabled: true}") == [
        "12:28: error: /projects/shop/segments/payers: unknown key `enabled` (did you mean `is_enabled`?)"
    ]


@pytest.mark.parametrize("name", ["'a b'", "-a", "''", "é", "a/b", "a" * 65, '"a\\n"'])
def test_a_name_that_is_none_is_not_quoted(name: str) -> None:
    assert told(SHOP + f"      {name} : {{segment: 1}}\n") == [
        f"12:7: error: /projects/shop/segments: has a key that is not a name: {NAME}"
    ]
    assert told(DEFAULTS + f"projects:\n  {name} : {{project: a, app_id: 1}}\n") == [
        f"8:3: error: /projects: has a key that is not a name: {NAME}"
    ]


@pytest.mark.parametrize("name", ["a", '"0"', "A.b_c-d", "a" * 64, "no", "2026-11-23"])
def test_a_good_name(name: str) -> None:
    assert told(SHOP + f"      {name}: {{segment: 1}}\n") == []


def test_what_a_project_and_a_segment_need() -> None:
    assert told(DEFAULTS + "projects:\n  shop: {}\n") == [
        "8:3: error: /projects/shop: `project` is missing",
        "8:3: error: /projects/shop: `app_id` is missing",
    ]
    assert of_segment("{period: 24}") == ["12:7: error: /projects/shop/segments/payers: `segment` is missing"]


@pytest.mark.parametrize("key", ["defaults", "projects"])
@pytest.mark.parametrize("value", ["", "[]", "text", "1"])
def test_what_must_be_a_mapping(key: str, value: str) -> None:
    (only,) = [line for line in told(f"version: 1\n{key}: {value}\n") if "error" in line]
    column = 1 if value == "[]" else len(key) + 2 + (1 if value else 0)
    assert only == f"2:{column}: error: /{key}: must be a mapping"


def test_a_project_and_a_segment_must_be_mappings() -> None:
    assert told("version: 1\nprojects:\n  shop: 1\n") == ["3:9: error: /projects/shop: must be a mapping"]
    assert of_segment("1742") == ["12:15: error: /projects/shop/segments/payers: must be a mapping"]
    assert of_project("segments: [a]") == ["11:5: error: /projects/shop/segments: must be a mapping"]


@pytest.mark.parametrize("value", ["a b", ".", "..", "a/b", '""', "é", "a" * 129, '"1742\\n"', "+1", "1" * 129])
def test_a_text_id_that_no_path_may_hold(value: str) -> None:
    assert of_segment(f"{{segment: {value}}}") == [
        f"12:25: error: /projects/shop/segments/payers/segment: {TEXT_ID}",
    ]
    assert of_project(f"api_user_id: {value}") == [f"11:18: error: /projects/shop/api_user_id: {TEXT_ID}"]


@pytest.mark.parametrize("value", ["true", "~", "[1]", "{a: b}"])
def test_a_text_id_that_is_neither_text_nor_number(value: str) -> None:
    column = 16 if value[0] in "[{" else 25
    assert of_segment(f"{{segment: {value}}}") == [
        f"12:{column}: error: /projects/shop/segments/payers/segment: must be text"
    ]


@pytest.mark.parametrize("value", ["a", "a" * 128, "...", ".a", "-", "_", "2026-11-23", "no"])
def test_a_good_text_id(value: str) -> None:
    assert of_segment(f"{{segment: {value}}}") == []


@pytest.mark.parametrize("value", ['"52210"', "52210.0", "true", "~", "1e3", "[1]"])
def test_an_app_id_that_is_no_whole_number(value: str) -> None:
    place = "10:5" if value == "[1]" else "10:13"
    text = SHOP.replace("52210", value)
    assert told(text + "      payers: {segment: 1}\n") == [
        f"{place}: error: /projects/shop/app_id: must be a whole number"
    ]


@pytest.mark.parametrize("value", ["0", "-1"])
def test_an_app_id_that_is_not_positive(value: str) -> None:
    text = SHOP.replace("52210", value)
    assert told(text + "      payers: {segment: 1}\n") == ["10:13: error: /projects/shop/app_id: must be 1 or more"]


@pytest.mark.parametrize(
    "value", ['"24"', "'24'", "24.0", "1.5", "true", "~", "24h30", "1w", "0h", "0d", "024h", "h", "24 h", "٢d", "-1h"]
)
def test_a_period_that_is_quoted_or_no_number_of_hours_or_days(value: str) -> None:
    assert of_segment(f"{{segment: 1, period: {value}}}") == [
        f"12:36: error: /projects/shop/segments/payers/period: {PERIOD}"
    ]


@pytest.mark.parametrize("value", ["0", "-24"])
def test_a_period_under_1(value: str) -> None:
    assert of_segment(f"{{segment: 1, period: {value}}}") == [
        "12:36: error: /projects/shop/segments/payers/period: must be 1 or more"
    ]


@pytest.mark.parametrize("value", ["24", "48h", "7d", "999999999d", '"7d"'])
def test_a_good_period(value: str) -> None:
    assert of_segment(f"{{segment: 1, period: {value}}}") == []


@pytest.mark.parametrize("value", ["no", '"true"', "1", "~", "on"])
def test_is_enabled_is_true_or_false(value: str) -> None:
    assert of_segment(f"{{segment: 1, is_enabled: {value}}}") == [
        "12:40: error: /projects/shop/segments/payers/is_enabled: must be true or false"
    ]


def test_only_known_differences_can_be_ignored() -> None:
    assert of_segment("{segment: 1, ignore: [period, app_id]}") == [
        "12:45: error: /projects/shop/segments/payers/ignore/1: must be one of `period`, `is_enabled`, `duplicate`"
    ]
    assert of_project("ignore: [period]") == [
        "11:14: error: /projects/shop/ignore/0: must be one of `project`, `app_id`"
    ]
    assert of_project("ignore: [app_id, app_id]") == ["11:5: error: /projects/shop/ignore: names something twice"]
    assert of_project("ignore: app_id") == ["11:13: error: /projects/shop/ignore: must be a list"]


@pytest.mark.parametrize("key", ["state_lineage", "export_project_id"])
@pytest.mark.parametrize("value", ["b04b48ab", "b04b48ab-3125-444f-94eb-aad511c074e7x", "g" * 36])
def test_what_must_be_a_uuid(key: str, value: str) -> None:
    uuid = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
    if key == "state_lineage":
        assert told(f"version: 1\n{key}: {value}\n") == [f"2:16: error: /state_lineage: must match {uuid}"]
    else:
        assert of_project(f"{key}: {value}") == [f"11:24: error: /projects/shop/{key}: must match {uuid}"]


@pytest.mark.parametrize("key", ["service_token", "secret_key"])
@pytest.mark.parametrize("value", ["s3cret", "12345", "true", "~"])
def test_a_literal_secret(key: str, value: str) -> None:
    assert told(f"version: 1\ndefaults:\n  {key}: {value}\n") == [
        f"3:{len(key) + 5}: error: /defaults/{key}: {REFERENCE}"
    ]
    assert of_project(f"{key}: {value}") == [f"11:{len(key) + 7}: error: /projects/shop/{key}: {REFERENCE}"]


def test_a_list_is_no_reference() -> None:
    assert of_project("secret_key: [s3cret]") == [f"11:5: error: /projects/shop/secret_key: {REFERENCE}"]


@pytest.mark.parametrize("value", ["{}", "{env: A, file: /b}"])
def test_a_reference_names_one_place(value: str) -> None:
    assert of_project(f"secret_key: {value}") == [f"11:5: error: /projects/shop/secret_key: {ONE_REFERENCE}"]


@pytest.mark.parametrize("name", ["1A", "A-B", "'A '", '""', "$A", '"A\\n"'])
def test_a_reference_to_what_is_no_variable_name(name: str) -> None:
    assert of_project(f"secret_key: {{env: {name}}}") == [
        "11:23: error: /projects/shop/secret_key/env: must match ^[A-Za-z_][A-Za-z0-9_]*$"
    ]


@pytest.mark.parametrize("path", ["secrets/key", "./key", "~/key", '""'])
def test_a_reference_to_a_file_that_is_not_absolute(path: str) -> None:
    assert "11:24: error: /projects/shop/secret_key/file: must match ^/" in of_project(f"secret_key: {{file: {path}}}")


def test_a_reference_by_something_else_than_text() -> None:
    assert of_project("secret_key: {env: 1}") == ["11:23: error: /projects/shop/secret_key/env: must be text"]
