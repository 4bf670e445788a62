"""Read the Stack alone, for an application that needs only the targets.

No schema is checked, and other manifests are not read. Where that is not enough, `load` reads the
whole folder and reports what is wrong with it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from provisioner.model.stack import Stack
from provisioner.source.manifest import Report
from provisioner.source.read import first
from provisioner.source.stack import Choice, choose, environment_of
from provisioner.source.varfiles import Chosen, given
from provisioner.source.variables import Variables

STACK: Final = "Stack"


def stack_only(
    path: Path,
    *,
    environment: str | None = None,
    target: str | None = None,
    variables: Mapping[str, str] = {},
    environ: Mapping[str, str],
) -> Stack | None:
    """Return the Stack that `load` would return; None if the whole folder has to be read."""
    report = Report()
    manifest = first(path, STACK, report)
    if manifest is None:
        return None
    if environment is not None and environment not in _mapping(manifest.spec.get("environments")):
        return None
    choice = Choice(environment, target)
    chosen = environment_of(manifest, choice, report)
    values = Variables(
        manifest,
        environment or "",
        _mapping(chosen.get("variables")),
        given(Chosen(variables), manifest, report),
        environ,
        report,
    )
    return choose(
        manifest,
        root=path,
        choice=choice,
        environment=chosen,
        variables=values,
        report=report,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
