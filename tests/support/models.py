"""Short ways to make the values that tests talk about."""

from segsync.core.model import LiveProject, LiveSegment, Origin, Project, SecretRef, Segment

ID = "b04b48ab-3125-444f-94eb-aad511c074e7"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
LINEAGE = "5b0e7a52-9c1d-4c55-8d6e-2f1c1b7f3a90"
AT = "2026-11-23T10:00:00Z"
TOKEN = SecretRef("env", "TOKEN")
KEY = SecretRef("env", "KEY")


def segment(
    name: str = "payers", segment: str = "1742", period: int = 24, *, is_enabled: bool = True, ignore: str = ""
) -> Segment:
    """`ignore` is a list separated by spaces."""
    return Segment(name, segment, period, is_enabled, frozenset(ignore.split()), Origin("segsync.yaml", 8, 7))


def project(
    name: str = "shop",
    *segments: Segment,
    project: str = "Zq3vX0c8",
    app_id: int = 52210,
    pin: str | None = None,
    ignore: str = "",
) -> Project:
    """`ignore` is a list separated by spaces."""
    return Project(
        name=name,
        project=project,
        app_id=app_id,
        service_token=TOKEN,
        api_user_id="40412",
        secret_key=KEY,
        export_project_id=pin,
        ignore=frozenset(ignore.split()),
        segments=segments,
        origin=Origin("segsync.yaml", 4, 3),
    )


def live_project(id: str = ID, project: str = "Zq3vX0c8", app_id: int = 52210) -> LiveProject:
    return LiveProject(id, project, app_id)


def live_segment(id: str = "e-1", segment: str = "1742", period: int = 24, *, is_enabled: bool = True) -> LiveSegment:
    return LiveSegment(id, segment, period, is_enabled)
