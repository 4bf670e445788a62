"""Annotations of GitLab: a Code Quality report, whose findings a merge request shows at their lines."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from provisioner.render.format import Format, Layout, Shape

if TYPE_CHECKING:
    from provisioner.render.findings import Finding

_SEVERITIES: Final = {"error": "major", "warning": "minor", "note": "info"}
"""The severity of GitLab for each level."""
_FOLDER: Final = "manifests"
"""The path of a finding without a position, if the folder of manifests is not known. GitLab
requires a path."""


def gitlab(found: "Sequence[Finding]", folder: str = "") -> str:
    """Return a Code Quality report of the findings that no manifest allows.

    Equal findings appear once. `folder` is the path of findings without a position.
    """
    from provisioner.render.document import to_json
    from provisioner.render.findings import standing

    issues = {one.fingerprint: _issue(one, folder or _FOLDER) for one in standing(found)}
    return to_json([*issues.values()])


def _issue(one: "Finding", folder: str) -> dict[str, Any]:
    """Return one finding as an issue of a Code Quality report.

    `folder` is the path of a finding without a position. GitLab takes only relative paths without
    `./`.
    """
    file, line = (one.position.file, one.position.line) if one.position else (folder, 1)
    return {
        "description": "\n".join(filter(None, [one.told, one.detail])),
        "check_name": one.rule,
        "fingerprint": one.fingerprint,
        "severity": _SEVERITIES[one.level],
        "location": {"path": PurePath(file).as_posix(), "lines": {"begin": line}},
    }


def _validation(validation: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_validation

    return gitlab(of_validation(validation))


def _plan(view: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_plan

    return gitlab(of_plan(view), view.root)


def _drift(drift: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_drift

    return gitlab(of_drift(drift), drift.plan.root)


FORMAT: Final = Format(
    "gitlab", {Shape.VALIDATION: _validation, Shape.PLAN: _plan, Shape.DRIFT: _drift}
)
