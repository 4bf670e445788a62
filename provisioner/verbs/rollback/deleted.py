"""Create again what a run deleted, from the run's receipts: `rollback RUN`.

The manifests stay as they are. An object that no manifest declares is an orphan afterwards, which
the next apply deletes: the plan warns about it.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.engine.classify import ids_of
from provisioner.engine.restore import Now, Restored, restored
from provisioner.engine.restored_documents import FOLDER, OBJECT, Kept, listed, paths_of
from provisioner.ledger.location import Location
from provisioner.model.binding import is_upload
from provisioner.model.codes import restores as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.digests import Measured, measured
from provisioner.model.errors import ProvisionerError
from provisioner.model.inside import inside
from provisioner.model.inventory import Inventory
from provisioner.model.ledger import ReceiptDocument, RunRecord
from provisioner.model.overrides import Overrides
from provisioner.model.remote import Live
from provisioner.verbs._shared.ledgers import account_of, location_of
from provisioner.verbs._shared.session import RunOptions, Session, open_session
from provisioner.verbs.history import no_ledger, no_such_run, stack_of
from provisioner.verbs.plan import Planned, plan_against
from provisioner.verbs.rollback.on_disk import measures
from provisioner.verbs.rollback.release import ROLLBACK

if TYPE_CHECKING:
    from provisioner.ledger.opening import Ledger


@contextmanager
def planned_restoration(
    options: RunOptions, id: str, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that creates again what a run deleted, with a warning about what cannot be.

    Raises LedgerError if the ledger cannot be read. Raises ProvisionerError for an unknown run, one
    that deleted nothing, or one of another owner or account.
    """
    from provisioner.ledger.opening import ledger_to_read

    stack = stack_of(options)
    where = location_of(options, stack)
    if where is None:
        raise no_ledger()
    with ledger_to_read(where) as opened:
        run = opened.runs.find(id)
        if run is None:
            raise no_such_run(where, id)
        with open_session(replace(options, target=options.target or run.target)) as session:
            _check_same_place(session, run)
            yield _planned(session, opened, where, id, overrides)


def _check_same_place(session: Session, run: RunRecord) -> None:
    """Raise ProvisionerError if a run was for another owner or on another account."""
    here = str(session.stack.owner), account_of(session.context)
    if here != (run.owner, run.account):
        detail = (
            f"The run was of {run.owner} on {run.account} (target {run.target}). This is {here[0]}"
            f" on {here[1]} (target {session.stack.target.name})."
        )
        raise ProvisionerError(Diagnostic(codes.RUN_ELSEWHERE, detail, subject=run.id))


def _planned(
    session: Session, opened: "Ledger", where: Location, id: str, overrides: Overrides
) -> Planned:
    """Return the plan that creates the objects of a run's receipts."""
    inventory = session.read()
    kept = _kept(session, opened, id)
    live = _with_uploads(session, inventory, kept)
    now = Now(
        session.context.kinds,
        session.runtime.bindings,
        session.desired,
        {address: found.id for address, found in live.objects.items()},
        ids_of(inventory),
    )
    found = restored(kept, now)
    desired = {**session.desired, **found.resources}
    chosen = frozenset(found.resources)
    made = plan_against(session, desired, live, chosen, overrides, inventory=inventory)
    plan = replace(
        made.plan,
        verb=ROLLBACK,
        arguments={"run": id},
        unchanged=0,
        diagnostics=(*made.plan.diagnostics, *found.diagnostics, *_undeclared(session, found)),
    )
    materials = partial(_texts, where, session.stack.root, id, found.texts)
    return replace(made, plan=plan, inventory=inventory, materials=materials)


def _with_uploads(session: Session, inventory: Inventory, kept: Kept) -> Live:
    """Return the live side, with uploads that only the marks of deleted objects name.

    Uploads carry no mark. A file that still exists was ours by the mark of an assistant that the
    run deleted, and the receipt has that mark. Without it, the file would be uploaded again.
    """
    live, there = session.live(inventory=inventory), ids_of(inventory)
    rows = dict(inventory.rows)
    for receipt in kept.receipts:
        row = receipt.configuration.get(OBJECT)
        if isinstance(row, Mapping) and receipt.id not in there and receipt.kind in rows:
            rows[receipt.kind] = (*rows[receipt.kind], row)
    before = session.live(inventory=replace(inventory, rows=rows))
    uploads = {
        address: found
        for address, found in before.objects.items()
        if is_upload(found.kind, session.runtime.bindings)
        and address not in live.objects
        and found.id in there
    }
    return replace(live, objects={**live.objects, **uploads}) if uploads else live


def _undeclared(session: Session, found: Restored) -> list[Diagnostic]:
    """Return a warning about objects that the next apply would delete again."""
    names = [str(address) for address in sorted(found.resources) if address not in session.desired]
    if not names:
        return []
    detail = (
        f"The next apply deletes this again: {listed(names)}. Put the manifests back before it, or write"
        " `guards: {orphans: keep}` into the Stack."
    )
    return [warning(codes.RESTORED_UNDECLARED, detail)]


def _kept(session: Session, opened: "Ledger", id: str) -> Kept:
    """Return the receipts of a run. Raises ProvisionerError if it left none."""
    receipts = opened.receipts.of_run(id)
    if not receipts:
        detail = (
            "The run deleted nothing, had no ledger, or was made by a version of provisioner that"
            " wrote no receipts. Erased threads never have receipts."
        )
        raise ProvisionerError(Diagnostic(codes.NOTHING_DELETED, detail, subject=id))
    documents = opened.receipts.documents(id, with_text=False)
    root = session.stack.root
    texts = {
        (one.store, one.file_id): _measured_text(opened, id, one.store, one.file_id)
        for one in documents
        if one.text is not None
    }
    by_store: dict[str, list[ReceiptDocument]] = {}
    for one in documents:
        by_store.setdefault(one.store, []).append(one)
    return Kept(id, receipts, by_store, measures(root, paths_of(receipts, documents)), texts)


def _measured_text(opened: "Ledger", run: str, store: str, file_id: str) -> Measured:
    """Return the digests and size of the text of a deleted document."""
    return measured([(opened.receipts.text(run, store, file_id) or "").encode()])


@contextmanager
def _texts(
    where: Location, root: Path, run: str, texts: Mapping[str, tuple[str, str]]
) -> Iterator[None]:
    """Provide the texts as files while they are uploaded. Raises ProvisionerError."""
    from provisioner.ledger.opening import ledger_to_read

    folder = root / FOLDER / run
    try:
        if texts:
            with ledger_to_read(where) as opened:
                for path, (store, file_id) in texts.items():
                    text = opened.receipts.text(run, store, file_id) or ""
                    _write(inside(root, path), text)
        yield
    except OSError as error:
        raise ProvisionerError(
            Diagnostic(codes.TEXTS_NOT_WRITTEN, f"{folder}: {error.strerror}.")
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # These two are removed only if they are empty: others may keep files in them.
        with suppress(OSError):
            folder.parent.rmdir()
            folder.parent.parent.rmdir()


def _write(file: Path, text: str) -> None:
    """Write one text to a file that only the user can read."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_bytes(text.encode())
