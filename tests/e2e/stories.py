"""Manifests that several end-to-end tests start from."""

DEFAULTS = "defaults: {service_token: {env: TOKEN}, secret_key: {env: KEY}, api_user_id: 40412, period: 24}\n"

TWO_PROJECTS = f"""\
version: 1
{DEFAULTS}projects:
  shop-android:
    project: Zq3vX0c8
    app_id: 52210
    segments:
      payers: {{segment: "1742"}}
      churned: {{segment: "1743", period: 7d}}
  shop-ios:
    project: Kd81mWqa
    app_id: 52211
    segments:
      payers: {{segment: "1742"}}
"""


def one_project(*segments: str, pin: str = "", name: str = "shop") -> str:
    """One project with these myTracker segments, named s-ID. The name stands in line 4, segments from line 7 on."""
    lines = [
        "version: 1",
        DEFAULTS.rstrip(),
        "projects:",
        f"  {name}:",
        "    project: Zq3vX0c8",
        "    app_id: 52210",
        *([f"    export_project_id: {pin}"] if pin else []),
        "    segments:" if segments else "    segments: {}",
        *(f'      s-{segment}: {{segment: "{segment}"}}' for segment in segments),
    ]
    return "\n".join(lines) + "\n"
