from pathlib import Path

from segsync.core.model import Manifest, Project, SecretRef
from segsync.manifest.starter import starter
from tests.manifest.manifests import loaded, told
from tests.support.models import LINEAGE


def test_the_starter_is_valid_and_wants_nothing() -> None:
    assert told(starter(LINEAGE)) == ["1:1: warning: : there are no projects (Nothing is wanted of RuStore.)"]
    assert loaded(starter(LINEAGE)) == Manifest((), LINEAGE)


def test_the_starter_names_the_schema_that_an_editor_reads() -> None:
    first, *_ = starter(LINEAGE).splitlines()
    assert first == "# yaml-language-server: $schema=.segsync/manifest.schema.json"


def test_the_example_of_the_starter_is_good_once_its_comment_signs_are_gone(folder: Path) -> None:
    before, example = starter(LINEAGE).split("projects: {}\n")
    lines = [line.removeprefix("#") for line in example.splitlines() if line.startswith("#   ")]
    text = before + "projects:\n" + "\n".join(line.removeprefix(" ") for line in lines) + "\n"
    (project,) = loaded(text).projects
    assert project.name == "shop-android"
    assert isinstance(project, Project)
    assert project.service_token == SecretRef("env", "RUSTORE_SERVICE_TOKEN")
    assert [(segment.segment, segment.period) for segment in project.segments] == [("1742", 24), ("1743", 168)]
