"""Choose the target of a run from the Stack, and report the problems of its targets."""

import re
from collections.abc import Mapping
from typing import Any, Final

from provisioner.model.codes import manifests as manifest_codes
from provisioner.model.codes import stacks as stack_codes
from provisioner.model.frozen import frozen
from provisioner.model.stack import Target, web_address
from provisioner.model.value import Sensitive
from provisioner.source import stack_access, stack_ledger, stack_releases
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.suggest import did_you_mean, listed
from provisioner.source.variables import Unknown, Variables, fill, names_in

_ENV_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@frozen
class Choice:
    """The names of the environment and the target that the user asked for; None if not given."""

    environment: str | None = None
    target: str | None = None


def check_targets(manifest: Manifest, report: Report) -> None:
    """Report the problems of targets that a schema cannot express."""
    for name, target in mapping(manifest.spec.get("targets")).items():
        place, settings = ("spec", "targets", name), mapping(target)
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
                "A target with a `base_url` has to name the environment variable of its own key"
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


def check_known(manifest: Manifest, place: Place, settings: Any, key: str, report: Report) -> None:
    """Report a setting that names a target which the Stack does not have."""
    wanted, known = mapping(settings).get(key), mapping(manifest.spec.get("targets"))
    if isinstance(wanted, str) and wanted not in known:
        detail = (
            f"There is no target `{wanted}`. Known: {listed(known)}.{did_you_mean(wanted, known)}"
        )
        report.error(manifest, place, stack_codes.UNKNOWN_TARGET, detail)


def target_name(
    manifest: Manifest, choice: Choice, environment: Mapping[str, Any], report: Report
) -> str | None:
    """Return the name of the target to use: of `--target`, the environment, or the Stack's default.

    Return None, and report why, if no target is named or it does not exist.
    """
    known = mapping(manifest.spec.get("targets"))
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


def target_of(manifest: Manifest, name: str, variables: Variables, report: Report) -> Target | None:
    """Return one target with its variables replaced; None, after reporting why, if it cannot be used."""
    place: Place = ("spec", "targets", name)
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

    written = mapping(mapping(manifest.spec.get("targets")).get(name))
    settings = fill(written, text)
    url = settings.get("base_url")
    if isinstance(url, str) and not failed:
        try:
            # In one spelling, because a saved plan compares the settings of its target.
            settings = {**settings, "base_url": web_address(url)}
        except ValueError as error:
            if "${" in str(written["base_url"]):  # else `check_targets` has reported it
                detail = stack_access.not_an_address(error)
                report.error(manifest, (*place, "base_url"), stack_codes.NOT_AN_ADDRESS, detail)
            failed = True
    # A setting with a missing variable would be judged by its `${…}`.
    for checks in (stack_access, stack_releases, stack_ledger) if not failed else ():
        for inner, code, why in checks.filled_problems(settings):
            report.error(manifest, (*place, *inner), code, why)
    if ending := stack_access.retirement(settings, stack_access.today()):
        report.warn(manifest, place, *ending)
    # The schema reports a value of another type, and a Target has only texts here.
    if failed or not all(isinstance(settings.get(key, ""), str) for key in _TEXTS):
        return None
    headers, drop = settings.get("headers"), settings.get("drop")
    return Target(
        name=name,
        **{key: settings.get(key) or "" for key in _TEXTS},
        workload_identity=stack_access.identity_of(settings),
        headers={key: str(value) for key, value in mapping(headers).items()},
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


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
