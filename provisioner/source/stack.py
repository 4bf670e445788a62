"""Choose the environment, the target and the settings of a run from the Stack."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from provisioner.model.codes import stacks as stack_codes
from provisioner.model.distribution import DISTRIBUTION
from provisioner.model.stack import UNDECLARED, Guards, Stack
from provisioner.model.value import Sensitive
from provisioner.source import stack_ledger
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.stack_targets import (
    Choice,
    check_known,
    check_targets,
    mapping,
    target_name,
    target_of,
)
from provisioner.source.suggest import did_you_mean, listed
from provisioner.source.variables import Unknown, Variables

_REQUIREMENT: Final = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9.]+)\s*")


def environment_of(manifest: Manifest, choice: Choice, report: Report) -> Mapping[str, Any]:
    """Return the settings of the chosen environment; empty if none was chosen or it is unknown.

    Names of targets that do not exist are reported as well.
    """
    environments = mapping(manifest.spec.get("environments"))
    # All environments, so that a wrong target of `prod` is found before anybody chooses `prod`.
    for name, settings in environments.items():
        check_known(manifest, ("spec", "environments", name, "target"), settings, "target", report)
    check_known(manifest, ("spec", "default_target"), manifest.spec, "default_target", report)
    if choice.environment is None:
        return {}
    if choice.environment not in environments:
        detail = (
            f"The Stack has no environment `{choice.environment}`. Known: {listed(environments)}."
            f"{did_you_mean(choice.environment, environments)}"
        )
        report.add(
            stack_codes.UNKNOWN_ENVIRONMENT,
            detail,
            manifest.position(("spec", "environments"), at_key=True),
        )
    return mapping(environments.get(choice.environment))


def choose(
    manifest: Manifest,
    *,
    root: Path,
    choice: Choice,
    environment: Mapping[str, Any],
    variables: Variables,
    report: Report,
) -> Stack | None:
    """Return the Stack with its target chosen, or None if no target can be used.

    Problems are reported.
    """
    _identity(manifest, report)
    _version(manifest, report)
    check_targets(manifest, report)
    name = target_name(manifest, choice, environment, report)
    # Only the chosen target is filled in: another one may need variables that are not set here.
    target = target_of(manifest, name, variables, report) if name else None
    called = manifest.metadata.get("name")
    ledger = _ledger(manifest, variables, report)
    if target is None or not isinstance(called, str):
        return None
    return Stack(
        name=called,
        id=str(manifest.metadata.get("id") or ""),
        root=root,
        environment=choice.environment or "",
        target=target,
        guards=_guards(mapping(manifest.spec.get("guards"))),
        file_names=str(manifest.spec.get("file_names") or "plain"),
        ledger=target.ledger or ledger,
        origin=manifest.start,
    )


def _ledger(manifest: Manifest, variables: Variables, report: Report) -> str:
    """Return the location of the ledger that the Stack names; empty if it names none."""
    place: Place = ("spec", stack_ledger.KEY)
    for inner, code, why in stack_ledger.problems(manifest.spec):
        report.error(manifest, ("spec", *inner), code, why)
    written = manifest.spec.get(stack_ledger.KEY)
    if not isinstance(written, str):
        return ""
    try:
        filled = variables.text(
            written, lambda *said: report.error(manifest, place, *said), env=True
        )
    except Unknown:
        return ""
    said = filled.value if isinstance(filled, Sensitive) else str(filled)
    for inner, code, why in stack_ledger.filled_problems({stack_ledger.KEY: said}):
        report.error(manifest, ("spec", *inner), code, why)
    return said


def _guards(said: Mapping[str, Any]) -> Guards:
    """Return the guards that a Stack sets. A guard that is missing or invalid has its default."""
    percent, undeclared = said.get("max_delete_percent"), said.get("undeclared")
    reads = said.get("max_reads")
    return Guards(
        percent if isinstance(percent, int) else Guards().max_delete_percent,
        undeclared if undeclared in UNDECLARED else Guards().undeclared,
        reads if isinstance(reads, int) else Guards().max_reads,
    )


def _identity(manifest: Manifest, report: Report) -> None:
    """Warn about a Stack without an id."""
    if "name" in manifest.metadata and not manifest.metadata.get("id"):
        report.warn(
            manifest,
            ("metadata",),
            stack_codes.STACK_WITHOUT_ID,
            f"Without an id, every mark has the Stack's name, `{manifest.metadata['name']}`, as the owner."
            " Renaming it would make every live object foreign. Write any id once, and never change it.",
        )


def _version(manifest: Manifest, report: Report) -> None:
    """Report an error if the Stack's `requires` excludes the version of this program."""
    requires = str(manifest.spec.get("requires") or "")
    version = _our_version() if requires else ""
    # A source tree has no version that could be compared.
    if version and not all(_satisfies(version, *pair) for pair in _REQUIREMENT.findall(requires)):
        detail = (
            f"These manifests require provisioner {requires.strip()}, and this is version"
            f" {version}."
        )
        report.error(manifest, ("spec", "requires"), stack_codes.OTHER_VERSION_REQUIRED, detail)


@cache
def _our_version() -> str:
    """Return the version of the installed program; empty if it runs from a source tree."""
    # Imported here, because few Stacks have `requires` and the import takes time.
    from importlib import metadata

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""


def _satisfies(version: str, operator: str, wanted: str) -> bool:
    """Return true if a version satisfies one condition, such as `>=` and `1.0`."""
    left, right = _numbers(version), _numbers(wanted)
    return {
        ">=": left >= right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        ">": left > right,
        "<": left < right,
    }[operator]


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, such as (1, 2). Zeros at the end and suffixes are left out.

    So `1.0` and `1.0.0` are the same version.
    """
    found = re.match(r"[0-9.]*", version)
    numbers = [int(part) for part in (found[0] if found else "").split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
