"""The Stack of a proposal, with every setting that says where requests go taken from a trusted Stack.

A pipeline plans a proposal whose author may be anybody. A proposal may change assistants. It may not
choose where keys are sent, where releases and the ledger are, or which environment variables are
read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Position
from provisioner.source.manifest import Manifest, Place, Report, Source
from provisioner.source.read import first
from provisioner.source.varfiles import Chosen

STACK: Final = "Stack"
LEDGER, TARGETS, DEFAULT, VARIABLES, ENVIRONMENTS = (
    "ledger",
    "targets",
    "default_target",
    "variables",
    "environments",
)
OWN: Final = ("drop", "retire_after")
"""The settings of a target that a proposal may change: they say what is planned, and not where."""
_ENV: Final = "${env:"
_DETAIL: Final = (
    "`{place}` differs from the setting in the branch into which the proposal would be merged. "
    "The plan was made with that branch's setting, and nothing was sent to a place that only the "
    "proposal names. The new setting counts after the merge."
)


def trusted_stack(path: Path) -> Manifest:
    """Return the Stack that a trusted folder declares.

    If it declares none, return an empty Stack, so that no target of a proposal is used.
    """
    # Problems of the trusted folder are none of the proposal, so they are not reported.
    found = first(path, STACK, Report()) if path.is_dir() else None
    return found or Manifest(Source(path, str(path), 0), 0, {}, Position(str(path)))


def with_trusted(manifest: Manifest, trusted: Manifest, report: Report) -> Manifest:
    """Return the Stack of a proposal with the settings of a trusted Stack.

    Each setting that was replaced is reported.
    """
    spec = {**manifest.spec}
    # A setting that the trusted Stack does not have is removed from the proposal.
    for key in (DEFAULT, LEDGER):
        spec = _with(spec, key, trusted.spec.get(key))
    spec = _with(spec, TARGETS, _targets(_mapping(spec.get(TARGETS)), trusted.spec.get(TARGETS)))
    if isinstance(spec.get(ENVIRONMENTS), dict):
        spec[ENVIRONMENTS] = _environments(
            spec[ENVIRONMENTS], _mapping(trusted.spec.get(ENVIRONMENTS))
        )
    if VARIABLES in spec or VARIABLES in trusted.spec:
        spec[VARIABLES] = _variables(
            _mapping(spec.get(VARIABLES)), _mapping(trusted.spec.get(VARIABLES))
        )
    for place in _differences(manifest.spec, spec):
        shown = ".".join(map(str, place))
        report.warn(
            manifest,
            ("spec", *place),
            codes.PROPOSAL_CHANGES_TARGETS,
            _DETAIL.format(place=shown),
        )
    return replace(manifest, data={**manifest.data, "spec": spec}, spec=spec)


def only_declared(chosen: Chosen, trusted: Manifest) -> Chosen:
    """Return the chosen values.

    Environment variables stay only for variables that the trusted Stack declares.
    """
    known = _mapping(trusted.spec.get(VARIABLES))
    # Otherwise a proposal could read any `PROVISIONER_VAR_` of the pipeline by declaring its name.
    ambient = {name: text for name, text in chosen.ambient.items() if name in known}
    return replace(chosen, ambient=ambient)


def _with(spec: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    kept = {name: item for name, item in spec.items() if name != key}
    return kept if value is None else {**kept, key: value}


def _targets(proposed: Mapping[str, Any], trusted: Any) -> dict[str, Any]:
    """Return the trusted targets. The settings in `OWN` are the proposal's where it has the same target."""
    found: dict[str, Any] = {}
    # A target that only the proposal has is left out: its address may be anybody's.
    for name, target in _mapping(trusted).items():
        found[name] = target
        if isinstance(target, dict) and isinstance(proposed.get(name), dict):
            own = {key: proposed[name][key] for key in OWN if key in proposed[name]}
            found[name] = {**{key: v for key, v in target.items() if key not in OWN}, **own}
    return found


def _environments(proposed: Mapping[str, Any], trusted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        # A proposal may change what an environment patches and sets, but not where it is applied.
        name: _with(settings, "target", _mapping(trusted.get(name)).get("target"))
        if isinstance(settings, dict)
        else settings
        for name, settings in proposed.items()
    }


def _variables(proposed: Mapping[str, Any], trusted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of a proposal.

    A variable that the trusted Stack declares as sensitive, or with a default that contains
    `${env:…}`, stays as that Stack declares it. From any other variable of the proposal, a default
    that contains `${env:…}` is removed.
    """
    # Without this, a proposal could remove `sensitive`, and the plan would print the secret.
    held = {
        name: settings
        for name, settings in trusted.items()
        if _reads(settings) or _mapping(settings).get("sensitive") is True
    }
    found = {**proposed, **held}
    for name, settings in proposed.items():
        if found[name] is settings and _reads(settings):
            found[name] = {key: value for key, value in settings.items() if key != "default"}
    return found


def _reads(settings: Any) -> bool:
    """Return true if the default of a variable contains `${env:…}`. `settings` declare the variable."""
    return _ENV in str(_mapping(settings).get("default"))


def _differences(written: Mapping[str, Any], used: Mapping[str, Any]) -> Iterator[Place]:
    """Yield the place of each setting whose used value differs from the one in the proposal."""
    for key in sorted({*written, *used}):
        before, after = written.get(key), used.get(key)
        if before == after:
            continue
        if key not in (TARGETS, VARIABLES, ENVIRONMENTS):
            yield (key,)
            continue
        for name in sorted({*_mapping(before), *_mapping(after)}, key=str):
            if _mapping(before).get(name) != _mapping(after).get(name):
                yield (key, name)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
