"""Publish a copy of an older release as the newest one, with a new number: `rollback ADDRESS`.

The manifests stay as they are, so the copy is drift afterwards (see `engine.rollback`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from provisioner.engine.rollback import changed_fields, mark_of_copy
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import ProvisionerError
from provisioner.model.kind import Kind
from provisioner.model.mark import Mark
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change, Exact
from provisioner.model.remote import Live, ReleaseEntry, RemoteObject
from provisioner.model.value import RemoteId
from provisioner.render.releases import told
from provisioner.verbs._shared.history import binding_of, entries
from provisioner.verbs._shared.lookup import find_row, open_live, whole_address
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.plan import Planned, plan_of

ROLLBACK = "rollback"


@contextmanager
def planned_rollback(
    options: RunOptions, address: Address, to: int | None = None, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that publishes release `to` again; without a number, the one before the current one.

    The plan is empty if both have the same content. Raises ProvisionerError if there is no such
    release, or if something that it refers to does not exist any more.
    """
    with open_live(options) as session:
        address = whole_address(session, address)
        binding, kind = binding_of(session, address), session.context.kinds[address.kind]
        kept = entries(session, address)
        if not kept or kept[0].deleted:
            _check_there(session, address, kept)
        current = kept[0]
        older = _before(kept, kind, binding) if to is None else _numbered(kept, address, to)
        fields = changed_fields(current.found, older.found, kind, binding)
        if fields:
            _check_complete(session, older)
        live = _current(session, address, current)
        mark = mark_of_copy(current.found, older.found, kind, binding)
        exact = Exact(mark or Mark(session.stack.owner, address), older.found)
        change = Change(address, Action.UPDATE, fields=fields, live=live, exact=exact)
        yield plan_of(
            session,
            ROLLBACK,
            {"address": str(address), "from": current.number, "to": older.number},
            [change] if fields else [],
            Live({address: live}),
            overrides=overrides,
            diagnostics=[_becomes(address, current, older) if fields else _same(address, older)],
            unchanged=0 if fields else 1,
        )


def _current(session: Session, address: Address, current: ReleaseEntry) -> RemoteObject:
    """Return the current release as the live object of an address.

    Its id is the path of the address in the registry, without the number of a release.
    """
    owner = session.stack.owner
    return replace(current.found, id=f"{owner.stack}/{owner.environment}/{address.name}")


def _becomes(address: Address, current: ReleaseEntry, older: ReleaseEntry) -> Diagnostic:
    """Return the diagnostic about the release that becomes current."""
    return warning(
        codes.BECOMES_A_COPY,
        f"From release {told(current.published)}\nto release {told(older.published)}\n"
        "Applications use it at once. The manifests stay as they are: until they say the same, plan "
        "and drift show it, and a plain apply does not undo it.",
        subject=str(address),
    )


def _same(address: Address, older: ReleaseEntry) -> Diagnostic:
    """Return the warning that `older` is not published, because the current release is the same."""
    detail = f"Release {older.number} is the current one, or has the same content."
    return warning(codes.SAME_RELEASE, detail, subject=str(address))


def _check_there(session: Session, address: Address, kept: Sequence[ReleaseEntry]) -> None:
    """Raise ProvisionerError if there is no current release."""
    if kept:
        detail = (
            f"Release {kept[0].number} says that the assistant was deleted, and a rollback does not"
            " go back beyond that. If a manifest declares it, apply publishes it again."
        )
        raise ProvisionerError(Diagnostic(codes.ASSISTANT_DELETED, detail, subject=str(address)))
    find_row(session, address)


def _before(kept: Sequence[ReleaseEntry], kind: Kind, binding: Binding) -> ReleaseEntry:
    """Return the newest release before the current one that has another content.

    If the current one is a copy, that is the release before its original, so that a second rollback
    does not return to what the first one left.
    """
    current = kept[0]
    by_number = {entry.number: entry for entry in kept}
    number = current.number
    while number in by_number and (original := by_number[number].published.rolled_back_to):
        number = original
    for entry in kept:
        is_older = entry.number < number and not entry.deleted
        if is_older and changed_fields(current.found, entry.found, kind, binding):
            return entry
    detail = (
        f"No release older than {number} with another content is kept. There are: "
        f"{_there(kept)}. Name one with --to, or change the manifest and apply."
    )
    raise ProvisionerError(Diagnostic(codes.NO_RELEASE_BEFORE, detail))


def _numbered(kept: Sequence[ReleaseEntry], address: Address, number: int) -> ReleaseEntry:
    """Return the release with a number. Raises ProvisionerError if it cannot be published."""
    found = next((entry for entry in kept if entry.number == number), None)
    if found is None or found.deleted:
        why = (
            "That release is a deletion"
            if found
            else "The release was never published, or was pruned"
        )
        raise ProvisionerError(
            Diagnostic(
                codes.NO_SUCH_RELEASE_HERE,
                f"{why}. The releases that are kept: {_there(kept)}.",
                subject=f"{address} release {number}",
            )
        )
    return found


def _there(kept: Sequence[ReleaseEntry]) -> str:
    """Return the numbers of the releases that are kept."""
    return ", ".join(str(entry.number) for entry in kept if not entry.deleted)


def _check_complete(session: Session, older: ReleaseEntry) -> None:
    """Raise ProvisionerError if a store or a file that a release refers to does not exist any more."""
    named = dict(_named((), older.found.spec))
    there: dict[str, set[str]] = {}
    for kind in {id.kind for id in named.values()}:
        rows = session.provider.list(session.runtime.bindings[kind].collection)
        there[kind] = {str(row["id"]) for row in rows if row.get("status") != "expired"}
    gone = {keys: id for keys, id in named.items() if id.id not in there[id.kind]}
    if gone:
        keyed = session.context.kinds[older.found.kind].keyed
        named_text = ", ".join(f"{paths.render(keys, keyed)} ({id})" for keys, id in gone.items())
        raise ProvisionerError(
            Diagnostic(
                codes.RELEASE_NAMES_GONE,
                f"These were deleted, or have expired: {named_text}. An application could not use "
                "this release. Roll back to another one, or copy the instructions of this release into "
                "the manifest and apply.",
                subject=f"release {older.number}",
            )
        )


def _named(
    keys: tuple[str | int, ...], value: Any
) -> Iterator[tuple[tuple[str | int, ...], RemoteId]]:
    """Yield every id that a spec refers to, with its path."""
    if isinstance(value, RemoteId):
        yield keys, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _named((*keys, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named((*keys, index), item)
