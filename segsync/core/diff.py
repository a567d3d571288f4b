"""Explains how one resource differs. The only module that knows deepdiff."""

from collections.abc import Mapping

from segsync.core.plan import FieldChange, Scalar


def field_changes(desired: Mapping[str, Scalar], live: Mapping[str, Scalar]) -> tuple[FieldChange, ...]:
    """The fields of `desired` whose live value differs, in the order of `desired`. Both have the same keys.

    Values must be canonical (one Python type a field): nothing is converted here.
    """
    if desired == live:
        return ()
    # Imported late: a plan without differences, the common case in CI, does not pay for it.
    from deepdiff import DeepDiff

    # threshold_to_diff_deeper: by default two dictionaries that share few keys are one change of the root.
    found = DeepDiff(dict(live), dict(desired), threshold_to_diff_deeper=0, view="tree")
    differing = {level.path(output_format="list")[0] for levels in found.values() for level in levels}
    return tuple(FieldChange(path, value, live[path]) for path, value in desired.items() if path in differing)
