"""Render findings as SARIF 2.1.0, which code scanning of GitHub, Azure DevOps and many editors read.

Each result is at its line of a manifest. A finding without a line, such as the delete of an orphan,
is at the folder of manifests, because GitHub refuses a result without a location.
"""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from provisioner.model.distribution import DISTRIBUTION
from provisioner.render.format import Format, Layout, Shape

if TYPE_CHECKING:
    from provisioner.model.diagnostic import Position
    from provisioner.render.findings import Finding

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_FOLDER: Final = "manifests"
"""The location of a finding if the folder of manifests is not known."""


def sarif(found: "Sequence[Finding]", folder: str = _FOLDER) -> str:
    """Return findings as a SARIF log with one run. `folder` is the location of those without a position."""
    from provisioner.render.document import to_json

    # Reversed, so that the first finding of each rule gives the rule its level.
    rules = {one.rule: one for one in reversed(found)}
    names = sorted(rules)
    driver = {
        "name": "provisioner",
        "version": version(DISTRIBUTION),
        "rules": [_rule(rules[name]) for name in names],
    }
    results = [_result(one, names.index(one.rule), folder) for one in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def uri(file: str) -> str:
    """Return a path as a URI reference: escaped, with `/`, and with `file:` if it is absolute."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _rule(one: "Finding") -> dict[str, Any]:
    """Return the SARIF rule of a finding: its id, its sentences and its level."""
    return {
        "id": one.rule,
        "shortDescription": {"text": one.summary},
        "fullDescription": {"text": one.meaning},
        "defaultConfiguration": {"level": one.level},
    }


def _result(one: "Finding", rule: int, folder: str) -> dict[str, Any]:
    """Return the SARIF result of a finding. `rule` is the index of its rule in the log."""
    place: dict[str, Any] = {"physicalLocation": _place(one.position, folder)}
    if one.subject:
        place["logicalLocations"] = [{"fullyQualifiedName": one.subject, "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": one.level,
        "message": {"text": "\n".join(filter(None, [one.told, one.detail]))},
        "locations": [place],
        "partialFingerprints": {"finding/v1": one.fingerprint},
    }
    # A suppressed result stays in the log, so that an auditor sees the reason.
    if one.allowed:
        result["suppressions"] = [{"kind": "inSource", "justification": one.allowed}]
    return result


def _place(position: "Position | None", folder: str) -> dict[str, Any]:
    """Return the location of a finding: its line, or `folder` if it has no position."""
    if position is None:
        return {"artifactLocation": {"uri": uri(folder or _FOLDER)}}
    return {
        "artifactLocation": {"uri": uri(position.file)},
        "region": {"startLine": position.line, "startColumn": position.column},
    }


def _validation(validation: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_validation

    return sarif(of_validation(validation))


def _plan(view: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_plan

    return sarif(of_plan(view), view.root)


def _drift(drift: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_drift

    return sarif(of_drift(drift), drift.plan.root)


FORMAT: Final = Format(
    "sarif", {Shape.VALIDATION: _validation, Shape.PLAN: _plan, Shape.DRIFT: _drift}
)
