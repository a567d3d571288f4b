"""What a manifest may refer to, as a person reads it."""

from pathlib import Path

import pytest

from tests.manifest.manifests import DEFAULTS, told, told_of

NOT_ALLOWED = "names a secret that SEGSYNC_ALLOW_SECRETS does not allow (It lists what a manifest may name here.)"
UNCLEAN = "is a path with `.`, `..` or a doubled slash in it (Write it without.)"
COMMITTED = "lies in the manifest's folder or git work tree (Keep secrets out of what gets committed.)"


def reference(source: str, **environment: str) -> list[str]:
    """What is said of one reference, in line 8, column 54. The defaults name TOKEN and KEY."""
    text = DEFAULTS + f"projects:\n  shop: {{project: a, app_id: 1, secret_key: {source}}}\n"
    return [line for line in told(text, **environment) if line.startswith("8:")]


def error(what: str) -> list[str]:
    return [f"8:45: error: /projects/shop/secret_key: {what}"]


@pytest.mark.parametrize("source", ["{env: ANY}", "{file: /run/secrets/key}", "{file: /etc/passwd}"])
def test_without_a_list_of_allowed_secrets_every_one_may_be_named(source: str) -> None:
    assert reference(source) == []


@pytest.mark.parametrize("allowed", ["", " ", ","])
@pytest.mark.parametrize("source", ["{env: ANY}", "{file: /run/secrets/key}"])
def test_an_empty_list_allows_nothing(allowed: str, source: str) -> None:
    assert reference(source, SEGSYNC_ALLOW_SECRETS=allowed) == error(NOT_ALLOWED)


@pytest.mark.parametrize(
    ("allowed", "source"),
    [
        ("SHOP_KEY", "{env: SHOP_KEY}"),
        ("SHOP_*", "{env: SHOP_KEY}"),
        ("OTHER, SHOP_* ,", "{env: SHOP_KEY}"),
        ("SHOP_KE?", "{env: SHOP_KEY}"),
        ("/run/secrets/*", "{file: /run/secrets/shop}"),
        ("SHOP_*,/run/secrets/sh*", "{file: /run/secrets/shop}"),
        ("*", "{env: SHOP_KEY}"),
    ],
)
def test_a_secret_that_a_glob_names_is_allowed(allowed: str, source: str) -> None:
    assert reference(source, SEGSYNC_ALLOW_SECRETS=allowed) == []


@pytest.mark.parametrize(
    ("allowed", "source"),
    [
        ("SHOP_KEY", "{env: SHOP_KEY_2}"),
        ("SHOP_KEY", "{env: shop_key}"),
        ("SHOP", "{env: SHOP_KEY}"),
        ("SHOP_* OTHER", "{env: SHOP_KEY}"),
        ("/run/secrets/*", "{env: SHOP_KEY}"),
        ("/run/secrets/*", "{file: /etc/passwd}"),
        ("/run/secrets/*", "{file: /run/secrets}"),
        ("SHOP_*", "{file: /run/secrets/SHOP_KEY}"),
    ],
)
def test_a_secret_that_no_glob_names_is_refused(allowed: str, source: str) -> None:
    assert reference(source, SEGSYNC_ALLOW_SECRETS=allowed) == error(NOT_ALLOWED)


@pytest.mark.parametrize(
    "path",
    [
        "/run/secrets/../../etc/passwd",
        "/run/secrets/..",
        "/run/./secrets/key",
        "/run//secrets/key",
        "/run/secrets/",
        "/..",
        "//run/secrets/key",
    ],
)
@pytest.mark.parametrize("environment", [{}, {"SEGSYNC_ALLOW_SECRETS": "*"}])
def test_a_path_that_can_be_written_shorter_is_refused(path: str, environment: dict[str, str]) -> None:
    assert reference(f"{{file: {path}}}", **environment) == error(UNCLEAN)


def test_the_defaults_are_judged_too() -> None:
    text = DEFAULTS + "projects:\n  shop: {project: a, app_id: 1}\n"
    assert told(text, SEGSYNC_ALLOW_SECRETS="KEY") == [f"3:18: error: /defaults/service_token: {NOT_ALLOWED}"]


def test_a_file_in_the_folder_of_the_manifest_is_refused(folder: Path) -> None:
    assert reference(f"{{file: {folder}/key}}") == error(COMMITTED)
    assert reference(f"{{file: {folder}/deep/key}}") == error(COMMITTED)
    assert reference(f"{{file: {folder}-beside/key}}") == []
    assert reference(f"{{file: {folder.parent}/key}}") == []


@pytest.mark.parametrize("git", ["folder", "file"])
def test_a_file_in_the_git_work_tree_of_the_manifest_is_refused(folder: Path, git: str) -> None:
    # In a linked work tree and in a submodule, .git is a file.
    if git == "folder":
        (folder.parent / ".git").mkdir()
    else:
        (folder.parent / ".git").write_text("gitdir: /elsewhere\n")
    assert reference(f"{{file: {folder.parent}/other/key}}") == error(COMMITTED)
    assert reference(f"{{file: {folder.parent.parent}/key}}") == []


def test_a_file_that_a_link_leads_into_the_folder_is_refused(folder: Path) -> None:
    (folder / "key").write_text("x")
    link = folder.parent / "link"
    link.symlink_to(folder / "key")
    assert reference(f"{{file: {link}}}") == error(COMMITTED)


def test_the_folder_that_counts_is_that_of_the_file_with_the_reference(folder: Path) -> None:
    for name in ("a", "b"):
        (folder.parent / name).mkdir()
    text = DEFAULTS.replace("{env: KEY}", f"{{file: {folder.parent}/b/key}}")
    assert told_of({f"{folder.parent}/a/a.yaml": text + "projects:\n  shop: {project: a, app_id: 1}\n"}) == []


def test_a_path_with_a_null_character_is_refused() -> None:
    assert reference(r'{file: "/run/secrets/a\0b"}') != []


def test_a_path_whose_links_lead_in_a_circle_says_nothing_of_the_manifest(folder: Path) -> None:
    loop = folder.parent / "loop"
    loop.symlink_to(loop)
    assert reference(f"{{file: {loop}}}") == []
