"""The manifest that `segsync init` writes: valid, and it wants nothing until someone fills it in."""

_TEXT = """\
# yaml-language-server: $schema=.segsync/manifest.schema.json
version: 1
state_lineage: {lineage}  # the only state that this manifest may be used with

# Values for every project that does not have its own. Secrets are references, never values.
defaults:
  service_token: {{env: RUSTORE_SERVICE_TOKEN}}  # RuStore Console: Push notifications, Projects
  secret_key: {{env: MYTRACKER_SECRET_KEY}}      # only creating a project needs it
  api_user_id: "40412"                         # myTracker API User ID: put yours here
  period: 24                                   # hours; 48h and 7d are good too

projects: {{}}
# Put your projects here instead of the {{}}, such as:
#
#   shop-android:                # a name of your own
#     project: Zq3vX0c8          # RuStore push project id
#     app_id: 52210              # myTracker app id
#     segments:
#       payers: {{segment: "1742"}}                # a name of your own, and the myTracker segment id
#       churned: {{segment: "1743", period: 7d}}
#
# Then: segsync validate, segsync plan, segsync apply.
"""


def starter(lineage: str) -> str:
    return _TEXT.format(lineage=lineage)
