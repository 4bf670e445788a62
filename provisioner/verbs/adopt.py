"""adopt: take over an object that exists, by writing our mark onto it and nothing else.

What differs from the manifest shows in the next plan, where it can be read before it is changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from provisioner.engine.marks import make_mark
from provisioner.engine.undeclared import Sides, with_nothing_known
from provisioner.engine.units import compared
from provisioner.inventory.lists import inner_rows
from provisioner.model.address import Address
from provisioner.model.carrier import unmarked
from provisioner.model.codes import moves as move_codes
from provisioner.model.codes import plans as plan_codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import NoSuchApi, ProvisionerError, Unauthorized
from provisioner.model.inventory import PARENT
from provisioner.model.kind import Form
from provisioner.model.mark import KEYS, OWNER, Mark, Owner, unit_key
from provisioner.model.provider import Row
from provisioner.model.remote import Live
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId, Spec, walk
from provisioner.verbs.adoptions import Adoption, Adoptions
from provisioner.verbs.lookup import newest, undeclared
from provisioner.verbs.saved import check_same, check_settings, placed, read_plan
from provisioner.verbs.session import Session, Setup, open_session

FILE, STORE = "file", "vector_store"
IN_CONTENT = "Its mark is a part of its content: apply makes a new one; then delete the other."
SLOTS = 16
"""Metadata keys that the API takes on one object."""


@contextmanager
def adoption(setup: Setup, address: Address, id: str) -> Iterator[Adoptions]:
    """Prepare to take over one unmarked object. Changes nothing; raises ProvisionerError."""
    with open_session(setup) as session:
        form = _form(session, address)
        resource = session.desired.get(address)
        if resource is None:
            raise ProvisionerError(undeclared(address, session))
        live = session.live()
        _check_free(address, id, live)
        parent = _parent(resource, form, live)
        row = session.provider.get(form.collection, id, parent)
        former = _former(row, form, session)
        if former is None:
            item = _adoption(session, resource, row, live, parent)
        else:
            item = _renamed(resource, row, form, former, parent)
        yield Adoptions(session, (item,), arguments={"address": str(address), "id": id})


@contextmanager
def adoption_from_file(file: Path, setup: Setup) -> Iterator[Adoptions]:
    """A saved adoption, prepared anew. Raises PlanRefused where it is not the same any more."""
    saved = read_plan(file)
    setup, wanted = placed(setup, saved), saved.arguments
    if "owner" in wanted:
        prepared = adoption_of_owner(setup, Owner.parse(str(wanted["owner"])))
    else:
        prepared = adoption(setup, Address.parse(str(wanted.get("address"))), str(wanted.get("id")))
    with prepared as found:
        check_settings(found.session, saved)
        check_same(found.plan, found.session, saved)
        yield found


@contextmanager
def adoption_of_owner(setup: Setup, before: Owner) -> Iterator[Adoptions]:
    """Prepare to take over everything of `before` whose address we declare. Changes nothing."""
    with open_session(setup) as session:
        if before == session.stack.owner:
            detail = "Its objects are ours already: nothing has to be adopted."
            raise ProvisionerError(Diagnostic(move_codes.THIS_STACK, detail, subject=str(before)))
        items: list[Adoption] = []
        skipped: list[Diagnostic] = []
        for kind, form in session.runtime.forms.items():
            if form.carrier:
                rows = _rows(session, kind, form, {before, session.stack.owner})
                items += _of_owner(session, form, rows, before, skipped)
        yield Adoptions(session, tuple(items), tuple(skipped), {"owner": str(before)})


def adopt(adoptions: Adoptions) -> None:
    """Write the marks. Raises ProvisionerError; what was written until then is ours."""
    session = adoptions.session
    for one in adoptions.items:
        form = session.runtime.forms[one.address.kind]
        row = session.provider.update(form.collection, one.id, one.body, one.parent)
        mark = form.mark_of(row)
        if mark is None or mark.owner != session.stack.owner:
            raise ProvisionerError(
                Diagnostic(
                    plan_codes.NO_METADATA_KEPT,
                    f"{one.id} came back without the mark just written, so nothing on this target "
                    "can be told to be ours.",
                )
            )


def _form(session: Session, address: Address) -> Form:
    if address.kind == FILE:
        raise ProvisionerError(
            Diagnostic(
                move_codes.FILE_NOT_ADOPTABLE,
                "Files carry no metadata, so no mark can be put on one, and their content cannot "
                f"be compared with {address}. Apply uploads it again; then delete the other.",
            )
        )
    form = session.runtime.forms.get(address.kind)
    if form is None or form.carrier is None:
        detail = "This kind has no live object on this runtime."
        raise ProvisionerError(Diagnostic(move_codes.NOT_ADOPTABLE, detail, subject=str(address)))
    if form.versions:
        raise ProvisionerError(
            Diagnostic(move_codes.NOT_ADOPTABLE, IN_CONTENT, subject=str(address))
        )
    return form


def _parent(resource: Resource, form: Form, live: Live) -> str:
    """The id of what a resource lies inside of. Raises ProvisionerError where that is not there."""
    outer = resource.spec.get(form.parent)
    if not isinstance(outer, Reference):
        return ""
    if outer.address not in live.objects:
        detail = f"Adopt {outer.address} first, or apply it."
        raise ProvisionerError(
            Diagnostic(move_codes.PARENT_ABSENT, detail, subject=str(outer.address))
        )
    return live.objects[outer.address].id


def _check_free(address: Address, id: str, live: Live) -> None:
    there = live.objects.get(address)
    if there is None:
        return
    if there.id == id and there.mark and there.mark.applied and there.formerly is None:
        raise ProvisionerError(
            Diagnostic(move_codes.ALREADY_OURS, f"{id} is {address}.", subject=id)
        )
    if there.id != id:
        raise ProvisionerError(
            Diagnostic(
                move_codes.ADDRESS_TAKEN,
                f"It is {there.id}. An address has one: destroy that first (provisioner destroy "
                f"--select {address}), or declare another resource for {id}.",
                subject=str(address),
            )
        )


def _former(row: Row, form: Form, session: Session) -> Mark | None:
    """The mark of an object that is ours under an address which no manifest declares any more.

    None for an object that carries no mark. Raises ProvisionerError for what cannot be taken over.
    """
    if not form.ours(row):
        detail = "What an agent makes for itself stays its own. Apply makes one that is yours."
        raise ProvisionerError(Diagnostic(move_codes.MADE_BY_AGENT, detail, subject=str(row["id"])))
    mark = form.mark_of(row)
    if mark is None:
        return None
    if mark.owner == session.stack.owner:
        if mark.address not in session.desired:
            return mark
        code = move_codes.OUR_OTHER_ADDRESS
        origin = session.desired[mark.address].origin
        way = (
            f"{mark.address} is still declared{f' at {origin}' if origin else ''}. Remove that"
            " document if the object is to have the new address, and adopt again."
        )
    else:
        code = move_codes.OWNED_BY_OTHER
        way = (
            "An object has one owner, and that stack would miss it. If that stack became this one: "
            f"provisioner adopt --owner {mark.owner}"
        )
    raise ProvisionerError(
        Diagnostic(code, f"It is {mark.address} of {mark.owner}. {way}", subject=str(row["id"]))
    )


def _renamed(resource: Resource, row: Row, form: Form, mark: Mark, parent: str) -> Adoption:
    """The adoption of our own object under another address: only that address is written."""
    spec = form.from_wire(row).spec
    return Adoption(
        resource.address,
        str(row["id"]),
        unmarked(str(row.get("name") or "")),
        _with_mark(row, form, spec, replace(mark, address=resource.address)),
        parent,
        spec=spec,
        former=mark.address,
    )


def _adoption(session: Session, resource: Resource, row: Row, live: Live, parent: str) -> Adoption:
    address = resource.address
    kind, form = session.ground.kinds[address.kind], session.runtime.forms[address.kind]
    spec = _known(form.from_wire(row).spec, live)
    mark = Mark(session.stack.owner, address)
    units = list(compared(form.complete(resource.spec), form.complete(spec), kind, form, mark))
    same = {unit_key(unit.path) for unit in units if unit.cause is None}
    full = make_mark(resource, kind, form, session.stack.owner, filled=False)
    mark = replace(mark, applied={k: a for k, a in full.applied.items() if k in same})
    mark = with_nothing_known(
        Sides(form.complete(resource.spec), form.complete(spec), kind, form, mark)
    )
    documents = 0
    if address.kind == STORE:
        documents = len(session.provider.list("vector_stores/files", str(row["id"])))
    return Adoption(
        address,
        str(row["id"]),
        unmarked(str(row.get("name") or "")),
        _with_mark(row, form, spec, mark),
        parent,
        differing=tuple(unit.path for unit in units if unit.cause is not None),
        documents=documents,
        spec=spec,
    )


def _known(spec: Spec, live: Live) -> Spec:
    """`spec`, the ids of our own objects as references to them."""
    ours = {found.id: address for address, found in live.objects.items()}

    def name(leaf: Any) -> Any:
        return Reference(ours[leaf.id]) if isinstance(leaf, RemoteId) and leaf.id in ours else leaf

    known: Spec = walk(spec, name)
    return known


def _with_mark(row: Row, form: Form, spec: Spec, mark: Mark) -> Mapping[str, Any]:
    """What is sent: what is there stays. Raises ProvisionerError where there is no room."""
    if form.carrier and not form.carrier.in_metadata:
        mark = mark if form.carrier.excess(spec, mark) <= 0 else replace(mark, applied={})
        return form.carrier.write({}, spec, {}, mark)
    theirs = {k: v for k, v in (row.get("metadata") or {}).items() if k not in KEYS}
    metadata = {**theirs, **mark.to_metadata()}
    if len(metadata) > SLOTS:
        raise ProvisionerError(
            Diagnostic(
                plan_codes.NO_ROOM_FOR_MARK,
                f"It has {len(theirs)} metadata keys of its own, the API takes {SLOTS} and a mark "
                f"needs {len(metadata) - len(theirs)}. Remove some first.",
                subject=str(row["id"]),
            )
        )
    return {"metadata": metadata}


def _of_owner(
    session: Session, form: Form, rows: Iterable[Row], before: Owner, skipped: list[Diagnostic]
) -> Iterator[Adoption]:
    ours, rows = session.stack.owner, list(rows)
    for row in rows:
        mark = form.mark_of(row)
        if mark is None or mark.owner != before:
            continue
        address, id = mark.address, str(row["id"])
        if address not in session.desired:
            why = f"No manifest declares {address}, so it stays {before}'s."
            skipped.append(warning(move_codes.LEFT_ALONE, why, subject=id))
        elif newest(rows, form, ours, address) is not None:
            why = f"{address} has a live object of ours already."
            skipped.append(warning(move_codes.LEFT_ALONE, why, subject=id))
        elif form.versions:
            skipped.append(
                warning(move_codes.LEFT_ALONE, f"It is {address}. {IN_CONTENT}", subject=id)
            )
        else:
            # Only whose it is changes: what was last applied was applied all the same.
            spec, name = form.from_wire(row).spec, unmarked(str(row.get("name") or ""))
            body = _with_owner(row, form, spec, replace(mark, owner=ours))
            yield Adoption(address, id, name, body, str(row.get(PARENT, "")), before, spec=spec)


def _with_owner(row: Row, form: Form, spec: Spec, mark: Mark) -> Mapping[str, Any]:
    if form.carrier and not form.carrier.in_metadata:
        return _with_mark(row, form, spec, mark)
    return {"metadata": {**(row.get("metadata") or {}), OWNER: mark.to_metadata()[OWNER]}}


def _rows(session: Session, kind: str, form: Form, owners: set[Owner]) -> Iterator[Row]:
    """The rows of a kind. One that is not there, or may not be read, has none, unless declared."""
    try:
        if not form.parent:
            yield from session.provider.list(form.collection)
            return
        outer = session.runtime.forms[form.parent]
        for row in session.provider.list(outer.collection):
            mark = outer.mark_of(row)
            if mark and mark.owner in owners:
                yield from inner_rows(session.provider, form, str(row["id"]))
    except (NoSuchApi, Unauthorized):
        if any(address.kind == kind for address in session.desired):
            raise
