"""The little that the values themselves know."""

import pytest

from segsync.core.model import Failure, FailureKind, Manifest, Origin, Secret, SecretRef
from segsync.core.state import State
from tests.core.plans import binding, pending_project, pending_segment, state
from tests.support.models import LINEAGE, OTHER_ID, project

VALUE = "s3cret-value"


def test_a_secret_shows_itself_as_stars() -> None:
    secret = Secret(VALUE)
    assert [repr(secret), str(secret), f"{secret}", f"{[secret]}"] == ["***", "***", "***", "[***]"]


def test_only_reveal_gives_a_secret_s_value() -> None:
    secret = Secret(VALUE)
    assert secret.reveal() == VALUE
    assert not hasattr(secret, "__dict__")


def test_a_secret_knows_whether_a_text_holds_it() -> None:
    assert Secret(VALUE).occurs_in(f"Bearer {VALUE}!")
    assert not Secret(VALUE).occurs_in("Bearer ***")


@pytest.mark.parametrize(
    ("reference", "text"),
    [(SecretRef("env", "TOKEN"), "{env: TOKEN}"), (SecretRef("file", "/run/token"), "{file: /run/token}")],
)
def test_a_reference_reads_as_in_a_manifest(reference: SecretRef, text: str) -> None:
    assert str(reference) == text


def test_an_origin_is_told_as_file_and_line() -> None:
    assert str(Origin("segsync.yaml", 18, 7)) == "segsync.yaml:18"


def test_a_manifest_finds_a_project_by_its_name() -> None:
    manifest = Manifest((project("shop"), project("news", app_id=2)))
    assert manifest.project("news") == project("news", app_id=2)
    assert manifest.project("sho") is None


@pytest.mark.parametrize(
    ("http", "code", "refused"),
    [
        (400, 2000, True),
        (401, None, True),
        (403, 7, True),
        (400, 2004, False),
        (404, None, False),
        (None, None, False),
    ],
)
def test_a_refused_token_is_told_by_the_api_s_code_or_by_http(
    http: int | None, code: int | None, refused: bool
) -> None:
    assert Failure(FailureKind.REFUSED, "no", http, code).token_refused is refused


def test_a_failure_is_the_same_whether_or_not_it_came_in_an_envelope() -> None:
    assert Failure(FailureKind.REFUSED, "no", 404, enveloped=True) == Failure(FailureKind.REFUSED, "no", 404)


KEPT = state(
    {"shop": binding(), "news": binding(OTHER_ID)},
    {
        "lost": pending_project(),
        "shop": pending_project(),
        "shop/payers": pending_segment("1742"),
        "shop/churned": pending_segment("1743", "e-3"),
        "news/all": pending_segment("1744", "e-4", export_project_id=OTHER_ID),
    },
)


def test_a_state_knows_each_name_once_bound_ones_first() -> None:
    assert KEPT.names == ("shop", "news", "lost")
    assert State(LINEAGE).names == ()


def test_a_project_in_doubt_is_found_by_its_name_and_a_segment_is_none() -> None:
    assert KEPT.pending_project("lost") == pending_project()
    assert KEPT.pending_project("news") is None
    assert KEPT.pending_project("shop/payers") is None


def test_segments_in_doubt_are_found_by_export_project_and_mytracker_id() -> None:
    assert KEPT.pending_segments(OTHER_ID) == {"1744": pending_segment("1744", "e-4", export_project_id=OTHER_ID)}
    assert list(KEPT.pending_segments(binding().export_project_id)) == ["1742", "1743"]


def test_unseen_is_what_was_answered_with_an_id_and_not_listed() -> None:
    assert KEPT.unseen_segments(binding().export_project_id) == {"1743"}
    assert KEPT.unseen_segments("unheard-of") == frozenset()
