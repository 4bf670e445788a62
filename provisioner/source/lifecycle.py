"""Take `lifecycle` out of a spec: rules for changing and deleting the live object.

Live objects have no such field, so it must not reach the diff.
"""

from provisioner.model.codes import manifests as codes
from provisioner.model.paths import parse
from provisioner.model.resource import Lifecycle
from provisioner.model.value import is_sensitive
from provisioner.source.draft import Draft
from provisioner.source.loading import FREE_TEXT
from provisioner.source.suggest import did_you_mean


def lifecycle_of(draft: Draft) -> Lifecycle:
    """Remove `lifecycle` from the spec of a draft and return its settings. Problems are reported."""
    settings = draft.spec.pop("lifecycle", None)
    if not isinstance(settings, dict) or draft.is_bad("lifecycle"):
        return Lifecycle()
    if is_sensitive(settings):
        draft.error(("lifecycle",), codes.SENSITIVE_NOT_ALLOWED, FREE_TEXT)
        return Lifecycle()
    ignored = settings.get("ignore_changes", [])
    known = draft.kind.schema["properties"]
    for index, path in enumerate(ignored):
        try:
            top, why = parse(path)[0], ""
        except ValueError as error:
            top, why = "", f" ({error})"
        if top not in known:
            detail = f"`{path}` is not the path of a field{why}.{did_you_mean(top, known)}"
            draft.error(("lifecycle", "ignore_changes", index), codes.UNKNOWN_PATH, detail)
    return Lifecycle(settings.get("prevent_destroy") is True, tuple(ignored))
