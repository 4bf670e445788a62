"""Read the Stack alone, without the other manifests of the folder.

`provisioner.load` does so in applications that need only a target, and commands that have to know
their target early. If the Stack cannot be found or used in this way, `load` reads the whole folder
and reports why.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from provisioner.model.diagnostic import has_errors
from provisioner.model.stack import Stack
from provisioner.source.manifest import Manifest, Report
from provisioner.source.read import first, nearby
from provisioner.source.stack import choose, environment_of
from provisioner.source.stack_targets import Choice
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
    """Return the Stack that `load` would return; None if the whole folder has to be read.

    The Stack is not checked against its schema.
    """
    report = Report()
    manifest = first(path, STACK, report)
    if manifest is None:
        return None
    # `load` then reports the unknown name, with its position.
    if environment is not None and environment not in _mapping(manifest.spec.get("environments")):
        return None
    values = Chosen(variables)
    return _chosen(manifest, path, Choice(environment, target), values, environ, report=report)


def right_stack(
    path: Path, choice: Choice, variables: Chosen, environ: Mapping[str, str]
) -> Stack | None:
    """Return the Stack that a file directly in a folder declares.

    Return None if no such file declares one, or if anything is wrong with it.
    """
    # Imported here: the schemas are needed for the check alone, and cost time.
    from provisioner.source.check import check

    report = Report()
    # Only files directly in the folder, because the lists are to begin before the folder is read.
    manifest = nearby(path, STACK, report)
    if manifest is None or check(manifest, report) is None:
        return None
    stack = _chosen(manifest, path, choice, variables, environ, report=report)
    # Requests leave on the word of this Stack while the other manifests are still unread.
    return None if has_errors(report.diagnostics) else stack


def stacks_of(
    path: Path,
    targets: Iterable[str],
    *,
    environment: str | None,
    variables: Chosen,
    environ: Mapping[str, str],
) -> list[Stack]:
    """Return the Stack once for each of these targets that can be used.

    A target is left out if a variable that it needs is not set.
    """
    manifest = first(path, STACK, Report())
    if manifest is None:
        return []
    choices = (Choice(environment, target) for target in targets)
    found = (_chosen(manifest, path, one, variables, environ, report=Report()) for one in choices)
    return [stack for stack in found if stack]


def _chosen(
    manifest: Manifest,
    path: Path,
    choice: Choice,
    variables: Chosen,
    environ: Mapping[str, str],
    *,
    report: Report,
) -> Stack | None:
    """Return the Stack with its environment and target chosen. Problems go to `report`."""
    chosen = environment_of(manifest, choice, report)
    values = Variables(
        manifest,
        choice.environment or "",
        _mapping(chosen.get("variables")),
        given(variables, manifest, report),
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
