"""rollback: an older release becomes the newest again, as a copy under a number of its own.

The manifests do not move by it, so it is drift from then on: see `engine.rollback`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisioner.engine.rollback import changed_fields, mark_of_copy
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.kind import Form, Kind
from provisioner.model.mark import user_metadata
from provisioner.model.plan import Action, Change, FieldChange, Plan
from provisioner.model.value import RemoteId
from provisioner.verbs.history import Entry, entries, form_of
from provisioner.verbs.lookup import find_row, open_live
from provisioner.verbs.saved import check_same, check_settings, placed, read_plan
from provisioner.verbs.session import Session, Setup


@dataclass(frozen=True, slots=True)
class Rollback:
    """A rollback that may be done: from the `current` release to what the `older` one says.

    `plan` is what becomes different for applications; empty, where both say the same.
    """

    session: Session
    address: Address
    current: Entry
    older: Entry
    plan: Plan


@contextmanager
def prepared_rollback(setup: Setup, address: Address, to: int | None = None) -> Iterator[Rollback]:
    """Prepare to publish release `to` again; without it, the one before what is current.

    Changes nothing. Raises ProvisionerError where there is no such release, or where something that
    it names is no longer there.
    """
    with open_live(setup) as session:
        form, kind = form_of(session, address), session.ground.kinds[address.kind]
        kept = entries(session, address)
        if not kept or kept[0].deleted:
            _check_there(session, address, kept)
        current = kept[0]
        older = _before(kept, kind, form) if to is None else _numbered(kept, address, to)
        fields = changed_fields(current.found, older.found, kind, form)
        if fields:
            _check_complete(session, older)
        plan = _plan(session, address, current, older, fields)
        yield Rollback(session, address, current, older, plan)


@contextmanager
def rollback_from_file(file: Path, setup: Setup) -> Iterator[Rollback]:
    """A saved rollback, prepared anew. Raises PlanRefused where it is not the same any more."""
    saved = read_plan(file)
    address = Address.parse(str(saved.arguments.get("address")))
    to = int(saved.arguments.get("to", 0))
    with prepared_rollback(placed(setup, saved), address, to) as found:
        check_settings(found.session, saved)
        check_same(found.plan, found.session, saved)
        yield found


def rollback(prepared: Rollback) -> int:
    """Do it; returns the number of the copy. Raises ProvisionerError: nothing was published then."""
    session, address, older = prepared.session, prepared.address, prepared.older
    form, kind = form_of(session, address), session.ground.kinds[address.kind]
    row = find_row(session, address)
    if int(row["number"]) != prepared.current.number:
        raise ProvisionerError(_overtaken(prepared, int(row["number"])))
    mark = mark_of_copy(prepared.current.found, older.found, kind, form)
    ours = mark.to_metadata() if mark else {}
    metadata = {**user_metadata(older.found.metadata), **ours}
    body = {"number": older.number, "metadata": metadata}
    made = session.provider.action(form.collection, str(row["id"]), "rollback", body, "")
    return int(made["number"])


def _plan(
    session: Session,
    address: Address,
    current: Entry,
    older: Entry,
    fields: Sequence[FieldChange],
) -> Plan:
    change = Change(address, Action.UPDATE, fields=tuple(fields), live=current.found)
    return Plan(
        stack=session.stack.name,
        environment=session.stack.environment,
        target=session.stack.target.name,
        host=session.ground.host,
        project=session.ground.project,
        changes=(change,) if fields else (),
        unchanged=0 if fields else 1,
        root=os.path.relpath(session.stack.root),
        verb="rollback",
        arguments={
            "address": str(address),
            "from": current.number,
            "to": older.number,
            "content": older.published.digest,
        },
    )


def _check_there(session: Session, address: Address, kept: Sequence[Entry]) -> None:
    """Raises ProvisionerError: there is no live release."""
    if kept:
        detail = (
            f"Release {kept[0].number} is its deletion, and nothing is rolled back across one. If a "
            "manifest declares it, apply publishes it again."
        )
        raise ProvisionerError(Diagnostic(codes.ASSISTANT_DELETED, detail, subject=str(address)))
    find_row(session, address)


def _before(kept: Sequence[Entry], kind: Kind, form: Form) -> Entry:
    """The newest release before what is current that says something else.

    Of a copy that is the one before the original: what was rolled back from is not gone back to.
    """
    current = kept[0]
    by_number = {entry.number: entry for entry in kept}
    number = current.number
    while number in by_number and (original := by_number[number].published.rolled_back_to):
        number = original
    for entry in kept:
        is_older = entry.number < number and not entry.deleted
        if is_older and changed_fields(current.found, entry.found, kind, form):
            return entry
    detail = (
        f"No release older than {number} that says something else is kept. There are: "
        f"{_there(kept)}. Name one with --to, or change the manifest and apply."
    )
    raise ProvisionerError(Diagnostic(codes.NO_RELEASE_BEFORE, detail))


def _numbered(kept: Sequence[Entry], address: Address, number: int) -> Entry:
    found = next((entry for entry in kept if entry.number == number), None)
    if found is None or found.deleted:
        why = "That one is a deletion" if found else "It was never published, or was pruned"
        raise ProvisionerError(
            Diagnostic(
                codes.NO_SUCH_RELEASE_HERE,
                f"{why}. There are: {_there(kept)}.",
                subject=f"{address} release {number}",
            )
        )
    return found


def _there(kept: Sequence[Entry]) -> str:
    return ", ".join(str(entry.number) for entry in kept if not entry.deleted)


def _check_complete(session: Session, older: Entry) -> None:
    """Raises ProvisionerError where a store or file that a release names is not there any more."""
    named = dict(_named((), older.found.spec))
    there: dict[str, set[str]] = {}
    for kind in {id.kind for id in named.values()}:
        rows = session.provider.list(session.runtime.forms[kind].collection)
        there[kind] = {str(row["id"]) for row in rows if row.get("status") != "expired"}
    gone = {keys: id for keys, id in named.items() if id.id not in there[id.kind]}
    if gone:
        keyed = session.ground.kinds[older.found.kind].keyed
        told = ", ".join(f"{paths.render(keys, keyed)} ({id})" for keys, id in gone.items())
        raise ProvisionerError(
            Diagnostic(
                codes.RELEASE_NAMES_GONE,
                f"Deleted or lapsed since: {told}. An application could not use it. Go back to "
                "another release, or put its text into the manifest and apply.",
                subject=f"release {older.number}",
            )
        )


def _named(
    keys: tuple[str | int, ...], value: Any
) -> Iterator[tuple[tuple[str | int, ...], RemoteId]]:
    """Every id that a spec refers to, by where it stands."""
    if isinstance(value, RemoteId):
        yield keys, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _named((*keys, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named((*keys, index), item)


def _overtaken(prepared: Rollback, number: int) -> Diagnostic:
    return Diagnostic(
        codes.PUBLISHED_MEANWHILE,
        f"{prepared.address} had release {prepared.current.number} when this was shown, and now "
        f"release {number} is current. Nothing was published. Look again.",
    )
