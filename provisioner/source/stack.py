"""Choose the environment, the target and the settings of a run from the Stack."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from provisioner.model.codes import manifests as manifest_codes
from provisioner.model.codes import stacks as stack_codes
from provisioner.model.distribution import DISTRIBUTION
from provisioner.model.frozen import frozen
from provisioner.model.stack import UNDECLARED, Guards, Stack, Target, web_address
from provisioner.model.value import Sensitive
from provisioner.source import stack_access, stack_ledger, stack_releases
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.suggest import did_you_mean, listed
from provisioner.source.variables import Unknown, Variables, fill, names_in

_REQUIREMENT: Final = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9.]+)\s*")
_ENV_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@frozen
class Choice:
    """The names of the environment and the target that the user asked for; None if not given."""

    environment: str | None = None
    target: str | None = None


def environment_of(manifest: Manifest, choice: Choice, report: Report) -> Mapping[str, Any]:
    """Return the settings of the chosen environment; empty if none was chosen or it is unknown.

    Names of targets that do not exist are reported as well.
    """
    environments = _mapping(manifest.spec.get("environments"))
    for name, settings in environments.items():
        _known_target(
            manifest, ("spec", "environments", name, "target"), settings, "target", report
        )
    _known_target(manifest, ("spec", "default_target"), manifest.spec, "default_target", report)
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
    return _mapping(environments.get(choice.environment))


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
    _targets(manifest, report)
    name = _target_name(manifest, choice, environment, report)
    # Only the chosen target is filled in: another one may need variables that are not set here.
    target = _target(manifest, name, variables, report) if name else None
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
        guards=_guards(_mapping(manifest.spec.get("guards"))),
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
    if version and not all(_satisfies(version, *pair) for pair in _REQUIREMENT.findall(requires)):
        detail = (
            f"These manifests require provisioner {requires.strip()}, and this is version"
            f" {version}."
        )
        report.error(manifest, ("spec", "requires"), stack_codes.OTHER_VERSION_REQUIRED, detail)


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


def _targets(manifest: Manifest, report: Report) -> None:
    """Report the problems of targets that a schema cannot express."""
    for name, target in _mapping(manifest.spec.get("targets")).items():
        place, settings = ("spec", "targets", name), _mapping(target)
        for inner, code, why in (
            *stack_access.problems(settings),
            *stack_releases.problems(settings),
            *stack_ledger.problems(settings),
        ):
            report.error(manifest, (*place, *inner), code, why, key=True)
        keyless = settings.get("server") == stack_access.FOUNDRY or "workload_identity" in settings
        if "base_url" in settings and settings.get("server") == "embedded":
            detail = (
                "`server: embedded` runs inside this program and has no `base_url`: remove one of"
                " the two."
            )
            report.error(manifest, (*place, "base_url"), stack_codes.TWO_PLACES, detail, key=True)
        # A key for one server must never reach another one by mistake.
        elif "base_url" in settings and "api_key_env" not in settings and not keyless:
            detail = (
                "A target with a `base_url` names the environment variable of its own key"
                " (`api_key_env: NAME`): no other key is ever sent there."
            )
            report.error(manifest, place, stack_codes.NO_KEY_OF_ITS_OWN, detail, key=True)
        variable = settings.get("api_key_env")
        if isinstance(variable, str) and not _ENV_NAME.fullmatch(variable):
            detail = (
                "`api_key_env` takes the name of an environment variable: letters, digits and `_`."
                " If this is a key itself, remove it here and replace it at the vendor: others may"
                " have read it."
            )
            report.error(
                manifest, (*place, "api_key_env"), manifest_codes.NOT_A_VARIABLE_NAME, detail
            )


def _known_target(
    manifest: Manifest, place: Place, settings: Any, key: str, report: Report
) -> None:
    """Report a setting that names a target which the Stack does not have."""
    wanted, known = _mapping(settings).get(key), _mapping(manifest.spec.get("targets"))
    if isinstance(wanted, str) and wanted not in known:
        detail = (
            f"There is no target `{wanted}`. Known: {listed(known)}.{did_you_mean(wanted, known)}"
        )
        report.error(manifest, place, stack_codes.UNKNOWN_TARGET, detail)


def _target_name(
    manifest: Manifest, choice: Choice, environment: Mapping[str, Any], report: Report
) -> str | None:
    """Return the name of the target to use: of `--target`, the environment, or the Stack's default.

    Return None, and report why, if no target is named or it does not exist.
    """
    known = _mapping(manifest.spec.get("targets"))
    if choice.target is not None:
        if choice.target in known:
            return choice.target
        detail = f"Known: {listed(known)}.{did_you_mean(choice.target, known)}"
        code, at = (
            stack_codes.UNKNOWN_TARGET,
            manifest.position(("spec", "targets"), at_key=True),
        )
        report.add(code, f"There is no target `{choice.target}`. {detail}", at)
        return None
    name = environment.get("target") or manifest.spec.get("default_target")
    if name is None and len(known) == 1:
        return next(iter(known))
    if name is None and known:
        detail = f"Choose from {listed(known)} with `default_target` or `--target`."
        report.error(manifest, ("spec", "targets"), stack_codes.NO_TARGET_CHOSEN, detail, key=True)
    return name if isinstance(name, str) and name in known else None


def _target(manifest: Manifest, name: str, variables: Variables, report: Report) -> Target | None:
    place: Place = ("spec", "targets", name)
    """Return one target with its variables replaced; None, after reporting why, if it cannot be
    used."""
    failed = False

    def text(value: str, inner: Place) -> Any:
        nonlocal failed
        where = (*place, *inner)
        try:
            filled = variables.text(
                value, lambda *said: report.error(manifest, where, *said), env=True
            )
        except Unknown:
            failed = True
            return value
        return filled.value if isinstance(filled, Sensitive) else filled

    written = _mapping(_mapping(manifest.spec.get("targets")).get(name))
    settings = fill(written, text)
    url = settings.get("base_url")
    if isinstance(url, str) and not failed:
        try:
            settings = {**settings, "base_url": web_address(url)}
        except ValueError as error:
            if "${" in str(written["base_url"]):  # else `_targets` has reported it
                detail = stack_access.not_an_address(error)
                report.error(manifest, (*place, "base_url"), stack_codes.NOT_AN_ADDRESS, detail)
            failed = True
    for checks in (stack_access, stack_releases, stack_ledger) if not failed else ():
        for inner, code, why in checks.filled_problems(settings):
            report.error(manifest, (*place, *inner), code, why)
    if ending := stack_access.retirement(settings, stack_access.today()):
        report.warn(manifest, place, *ending)
    if failed or not all(isinstance(settings.get(key, ""), str) for key in _TEXTS):
        return None
    headers, drop = settings.get("headers"), settings.get("drop")
    return Target(
        name=name,
        **{key: settings.get(key) or "" for key in _TEXTS},
        workload_identity=stack_access.identity_of(settings),
        headers={key: str(value) for key, value in _mapping(headers).items()},
        drop=tuple(map(str, drop)) if isinstance(drop, list) else (),
        publishes=settings.get("runtime") in stack_releases.PUBLISHING,
        retire_after=stack_releases.seconds(settings),
        ledger=str(settings.get(stack_ledger.KEY) or ""),
        address_variables=names_in(str(written.get("base_url") or "")),
        origin=manifest.position(place, at_key=True),
    )


_TEXTS: Final = (
    "runtime",
    "server",
    "data",
    "base_url",
    "api_key_env",
    "api_version",
    "organization",
    "project",
    "releases",
)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
