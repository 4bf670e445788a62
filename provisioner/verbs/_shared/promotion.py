"""Publish in one environment a release that was tested in another: `--release ENVIRONMENT:N`.

The release is taken as it is. Only the ids of vector stores and files in it are replaced by those
of the same addresses in this environment. What cannot be carried over exactly is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from provisioner.engine.comparison import document_differences
from provisioner.engine.prepare import selected
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import moves as codes
from provisioner.model.codes.commands import SELECTS_NOTHING
from provisioner.model.diagnostic import Diagnostic, has_errors, warning
from provisioner.model.errors import ManifestErrors, ProvisionerError, UsageError
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.model.plan import DocumentChange
from provisioner.model.remote import Live, ReleaseEntry, RemoteObject
from provisioner.model.resource import Desired, Resource
from provisioner.model.value import Reference, RemoteId, Spec, exchanged, leaves
from provisioner.verbs._shared.history import binding_of, entries
from provisioner.verbs._shared.session import RunOptions, Session, open_session, read

FROM, DIGEST = "promoted_from", "promoted_digest"
"""The keys of a release's provenance with the tested release and the digest of its parameters."""
_SOURCE: Final = re.compile(r"[A-Za-z0-9_./\[\]-]{1,400}#\d{1,12}|sha256:[0-9a-f]{64}")


@frozen
class Tested:
    """The tested releases by address, as specs with symbolic references.

    `stores` are the live objects of the environment in which they were tested, by address: the
    releases refer to some of them. `origins` has the provenance of the copies, by the name of the
    assistant. `name` is the argument of `--release`.
    """

    specs: Mapping[Address, Spec]
    stores: Mapping[Address, RemoteObject]
    origins: Mapping[str, Mapping[str, str]]
    name: str


def tested(options: RunOptions, release: str, select: Sequence[str]) -> Tested:
    """Read the releases that `ENVIRONMENT:N` names; for `ENVIRONMENT` alone, the current ones.

    Raises UsageError if a number is given for more than one assistant. Raises ProvisionerError for
    a release that does not exist, is not sealed, or cannot be carried over exactly.
    """
    environment, _, number = release.partition(":")
    if number and not (number.isascii() and number.isdecimal()):
        raise UsageError(Diagnostic(codes.NO_RELEASE_NAME, _FORM, subject=release))
    addresses = _addresses(options, select)
    if number and len(addresses) != 1:
        detail = (
            f"{len(addresses)} assistants are selected, and each numbers its own releases."
            f" {_SELECT}"
        )
        raise UsageError(Diagnostic(codes.NO_RELEASE_NAME, detail, subject=release))
    # An owner without an environment is written with the word `default`.
    named = None if environment == "default" else environment
    with open_session(replace(options, environment=named, target=None)) as session:
        live = session.live()
        known = {one.id: one for one in live.ours}
        specs, origins = {}, {}
        for address in addresses:
            entry = _entry(session, address, int(number) if number else None)
            specs[address] = _carried(session, address, entry, known)
            source = f"{session.stack.owner}/{address.name}#{entry.number}"
            origins[address.name] = {FROM: source, DIGEST: entry.published.digest}
    return Tested(specs, live.objects, origins, release)


def with_tested(session: Session, found: Tested) -> tuple[Desired, list[Diagnostic]]:
    """Return the desired side with the tested releases in it, and warnings for the reader.

    Raises ProvisionerError if this environment does not declare something that a release refers to.
    """
    desired = dict(session.desired)
    notes: list[Diagnostic] = []
    for address, spec in found.specs.items():
        resource = desired[address].with_spec(spec)
        missing = sorted(resource.references - desired.keys())
        if missing:
            detail = f"{', '.join(map(str, missing))}: not declared in this environment."
            raise ProvisionerError(Diagnostic(codes.NOT_MAPPED, detail, subject=str(address)))
        desired[address] = resource
        notes += _other_knowledge(resource, desired, found)
    return desired, notes


def origins_of(arguments: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the provenance of copies in the arguments of a saved plan, and nothing else of them."""
    # Applications and people read the provenance of a release, and anybody may have edited the
    # plan file. So only known keys with values of the known form are taken from it.
    found = arguments.get(FROM)
    return {
        str(name): {key: str(value) for key, value in origin.items() if key in (FROM, DIGEST)}
        for name, origin in (found.items() if isinstance(found, Mapping) else ())
        if isinstance(origin, Mapping) and all(_SOURCE.fullmatch(str(v)) for v in origin.values())
    }


def _addresses(options: RunOptions, select: Sequence[str]) -> list[Address]:
    """Return the selected assistants of the environment that is applied to."""
    from provisioner.kinds import KINDS

    loaded = read(options)
    if loaded.stack is None or has_errors(loaded.diagnostics):
        raise ManifestErrors(loaded.diagnostics)
    try:
        chosen = selected(select, loaded.desired, Live())
    except ValueError as error:
        raise UsageError(Diagnostic(SELECTS_NOTHING, f"{error}")) from error
    return [
        address
        for address in sorted(loaded.desired)
        if KINDS[address.kind].is_conversational and (chosen is None or address in chosen)
    ]


def _entry(session: Session, address: Address, number: int | None) -> ReleaseEntry:
    """Return the release of an address with this number, or the current one.

    Raises ProvisionerError.
    """
    kept = entries(session, address)
    found = next((one for one in kept if number in (None, one.number)), None)
    subject = f"{session.stack.owner}/{address.name}"
    if found is None or found.deleted:
        there = ", ".join(str(one.number) for one in kept if not one.deleted) or "none"
        detail = (
            f"The releases that are kept: {there}. {hint('show', '--releases', str(address))} lists"
            " them."
        )
        raise ProvisionerError(Diagnostic(codes.NO_SUCH_RELEASE_HERE, detail, subject=subject))
    if not found.published.sealed:
        detail = f"Release {found.number} has no seal. Publish it again where it was tested."
        raise ProvisionerError(Diagnostic(codes.NOT_SEALED, detail, subject=subject))
    return found


def _carried(
    session: Session, address: Address, entry: ReleaseEntry, known: Mapping[str, RemoteObject]
) -> Spec:
    """Return the spec of a release in which each id is replaced by a reference.

    Raises ProvisionerError.
    """
    mark, subject = entry.found.mark, f"{address} release {entry.number}"
    if mark is None or any(applied.sensitive for applied in mark.applied.values()):
        raise ProvisionerError(Diagnostic(codes.NOT_MAPPED, _HOLDS, subject=subject))
    ids = {leaf.id for leaf in leaves(entry.found.spec, RemoteId)}
    strange = sorted(id for id in ids if id not in known or known[id].address is None)
    if strange:
        detail = (
            f"The release refers to {', '.join(strange)}. No object of this stack in the release's"
            " environment has such an id, so its counterpart here is unknown."
        )
        raise ProvisionerError(Diagnostic(codes.NOT_MAPPED, detail, subject=subject))
    places = {id: place for id in ids if (place := known[id].address)}
    spec: Spec = exchanged(entry.found.spec, RemoteId, lambda leaf: Reference(places[leaf.id]))
    if not _is_exact(session, address, entry.number, spec, {a: id for id, a in places.items()}):
        raise ProvisionerError(Diagnostic(codes.NOT_MAPPED, _INEXACT, subject=subject))
    return spec


def _is_exact(
    session: Session, address: Address, number: int, spec: Spec, ids: Mapping[Address, str]
) -> bool:
    """Return true if a spec makes exactly the parameters of the release, in the same order."""
    binding: Binding = binding_of(session, address)
    collection = binding.history.collection if binding.history else ""
    owner = session.stack.owner
    rows = session.provider.list(collection, f"{owner.stack}/{owner.environment}/{address.name}")
    params = next(row["params"] for row in rows if row.get("number") == number)
    made = binding.to_wire(binding.complete(spec), ids.__getitem__)["params"]
    # Two dicts with another order are equal, their JSON is not: models follow the order of the
    # properties in a schema.
    set_ones = {name: value for name, value in made.items() if value is not None}
    return json.dumps(_sorted(set_ones)) == json.dumps(_sorted(params))


def _sorted(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters sorted by name. The order inside of them stays."""
    return {name: params[name] for name in sorted(params)}


def _other_knowledge(resource: Resource, desired: Desired, found: Tested) -> list[Diagnostic]:
    """Return a warning for each vector store whose documents differ from those of the test."""
    notes = []
    for address in sorted(resource.references):
        there = found.stores.get(address)
        if there is None:
            continue
        differ = document_differences(desired[address], there)
        if differ:
            detail = (
                f"{address}: {_named(differ)}. The tests were answered from the documents of"
                f" {found.name}."
            )
            notes.append(
                warning(
                    codes.OTHER_KNOWLEDGE, detail, desired[address].origin, str(resource.address)
                )
            )
    return notes


def _named(differ: Sequence[DocumentChange]) -> str:
    """Return the paths of documents that differ, in words."""
    rest = f" and {len(differ) - 3} more" if differ[3:] else ""
    return f"{', '.join(one.path for one in differ[:3])}{rest} differ"


_FORM = "Write ENVIRONMENT:NUMBER, such as staging:7, or ENVIRONMENT for its current releases."
_SELECT = (
    "Select one with --select, or leave the number out to publish the current release of each."
)
_HOLDS = "The release has a secret of its environment, which must not be copied into another one."
_INEXACT = (
    "An earlier version of provisioner published the release, and wrote parameters in another way"
    " than this version. Publish it again in its environment, and test the new release."
)
