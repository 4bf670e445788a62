"""Changes the documents of a store.

New documents are attached and ingested before the documents that they replace are detached, so that
assistants can search the store at all times.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from provisioner.apply.answered import (
    BY_NAME,
    FORGETFUL,
    carries,
    failure,
    is_as_sent,
    some,
    theirs,
)
from provisioner.apply.attached import BATCH, AttachedFiles
from provisioner.apply.run import Run, StepFailed
from provisioner.apply.together import together
from provisioner.apply.uploads import Uploads
from provisioner.model.binding import Documents
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import warning
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Progress
from provisioner.model.plan import Change, DocumentAction, DocumentChange
from provisioner.model.provider import Row
from provisioner.model.resource import Document, Resource

PENDING = ("in_progress",)
"""The statuses of a document that the server has not ingested yet."""


@frozen
class Filling:
    """The work on the documents of one store in one run.

    `change` is the planned change of the store, `resource` its desired side, and `store` the id of
    the live store.
    """

    run: Run
    uploads: Uploads
    change: Change
    resource: Resource
    store: str

    @property
    def _documents(self) -> Documents:
        """The part of the store's binding that describes documents.

        Raises StepFailed if objects of this kind have no documents on this runtime.
        """
        documents = self.run.binding(self.resource.address).documents
        if documents is None:
            raise StepFailed("objects of this kind cannot contain documents on this target")
        return documents

    @property
    def _files(self) -> AttachedFiles:
        """The files in the live store.

        Raises StepFailed if objects of this kind have no documents on this runtime.
        """
        return AttachedFiles(self.run, self._documents, self.store)

    def _carries(self, row: Row, document: Document) -> bool:
        """Return true if a row has the attributes that identify our document."""
        return carries(row, self._documents.attributes(document, None))

    def everything(self) -> None:
        """Fill a new store with all its documents."""
        self._add(list(self.resource.documents.values()), used=set())

    def changes(self, changes: Sequence[DocumentChange]) -> None:
        """Make the changes to a live store. Raises StepFailed if a document fails."""
        live = self.change.live
        used = {doc.file_id for doc in live.documents.values()} if live else set()
        fresh = [c for c in changes if c.content and c.action is not DocumentAction.REMOVE]
        self._attributes([c for c in changes if not c.content])
        added = self._add([self.resource.documents[change.path] for change in fresh], used)
        leaving = [c.file_id for c in changes if c.action is DocumentAction.REMOVE]
        # A document that a File declares keeps its upload when it is ingested again. Its id is in
        # `added`, so it must not be detached.
        leaving += [c.file_id for c in fresh if c.file_id and c.file_id not in added]
        together(self.run, leaving, self._files.detach, "{done} of {total} documents were removed")
        # The sweep at the end deletes those of these files that nothing else uses.
        self.run.loose(leaving)

    def _attributes(self, changes: Iterable[DocumentChange]) -> None:
        waiting = {change.file_id: self.resource.documents[change.path] for change in changes}
        told = "the attributes of {done} of {total} documents were changed"
        together(self.run, [*waiting.items()], lambda each: self._send_attributes(*each), told)
        self._wait(waiting)

    def _send_attributes(
        self, id: str, document: Document, kept: Mapping[str, Any] | None = None
    ) -> None:
        body = {"attributes": self._documents.attributes(document, kept)}
        self.run.provider.update(self._documents.collection, id, body, self.store)

    def _add(self, documents: Sequence[Document], used: set[str]) -> Collection[str]:
        """Attach documents and wait until they are ingested. Return the ids of their files.

        `used` has the ids of the files in the store. The new ones are added to it.
        """
        added: dict[str, Document] = self._first(documents, used) if documents else {}
        rest = [document for document in documents if document not in added.values()]
        if rest:
            self._tell("uploading", 0, len(rest))
        ids = together(
            self.run,
            rest,
            lambda document: self.uploads.obtain(document, used),
            "{done} of {total} documents were uploaded",
            lambda done: self._tell("uploading", done, len(rest)),
        )
        fresh = dict(zip(ids, rest, strict=True))
        entries = [self._entry(id, document) for id, document in fresh.items()]
        for start in range(0, len(entries), BATCH):
            self._go_on(f"{start} of {len(entries)} documents were attached")
            self._files.attach(entries[start : start + BATCH])
        added |= fresh
        self._wait(added)
        self.run.keep(added)
        return added

    def _go_on(self, so_far: str) -> None:
        """Raise StepFailed if the run was stopped, because nothing new may start then.

        `so_far` is a clause that says how much was done.
        """
        if self.run.stop():
            raise StepFailed(f"interrupted: {so_far}. Apply again to continue")

    def _first(self, documents: Sequence[Document], used: set[str]) -> dict[str, Document]:
        """Attach one document alone, to find out if this server stores attributes.

        Without attributes our document looks like one of somebody else, and every apply would add
        it again. Returns the attached document by the id of its file; empty if it is known already
        what this server does. Raises StepFailed if it loses attributes and file names are not
        marked.
        """
        with self.run.trial:
            if self.run.keeps_attributes is False and not self.uploads.is_marked:
                raise StepFailed(FORGETFUL)
            if self.run.keeps_attributes is not None:
                return {}
            self._go_on("no document was uploaded")
            document = documents[0]
            self._tell("uploading", 0, len(documents))
            id = self.uploads.obtain(document, used)
            self._files.attach([self._entry(id, document)])
            self._learn_from(id, document)
            return {id: document}

    def _learn_from(self, id: str, document: Document) -> None:
        """Set `Run.keeps_attributes` by what the server stored of the first document.

        Raises StepFailed, and detaches the document, if nothing would identify our documents.
        """
        row: Row = {}

        def look() -> bool:
            nonlocal row
            row = next((row for row in self._files.rows() if str(row["id"]) == id), row)
            return self._carries(row, document)

        self.run.patiently(look)
        # The list never showed the document, so nothing was learnt. The next store tries again.
        if not row:
            return
        self.run.keeps_attributes = self._carries(row, document)
        if self.run.keeps_attributes:
            return
        if not self.uploads.is_marked:
            self._undo([id])
            raise StepFailed(FORGETFUL)
        self.run.emit(warning(codes.NO_ATTRIBUTES_KEPT, BY_NAME))

    def _entry(self, id: str, document: Document) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "file_id": id,
            "attributes": self._documents.attributes(document, None),
        }
        spec = self.resource.spec
        return entry | {
            name: spec[name] for name in self._documents.sent_with_each if spec.get(name)
        }

    def _wait(self, documents: Mapping[str, Document]) -> None:
        """Wait until every document is ingested and has the attributes that were sent.

        Raises StepFailed for a document that fails, and if the run is stopped.
        """
        if not documents:
            return
        rows = self.run.until(self._looker(documents), self.run.limits.timeout)
        if rows is None:
            raise StepFailed(
                f"after {self.run.limits.timeout:g} s not every document was ingested; the server "
                "continues to ingest them. Apply again, perhaps with a longer --timeout"
            )
        failed = {
            id: row for id, row in rows.items() if row.get("status") not in ("completed", None)
        }
        self.run.keep(id for id in rows if id not in failed)
        self._undo(failed)
        if failed:
            raise StepFailed(
                "; ".join(failure(documents[id].path, row) for id, row in failed.items())
            )
        self._compare(documents, rows)

    def _looker(self, documents: Mapping[str, Document]) -> Callable[[], dict[str, Row] | None]:
        """Return a function that lists the store, and returns the rows when all documents are ingested.

        A document that is not in the list after `settle` seconds is attached again with a request
        of its own, once.
        """
        clock, is_over = self.run.limits.clock, False
        deadline = clock() + self.run.limits.settle

        def look() -> dict[str, Row] | None:
            nonlocal is_over
            rows = self._settled(documents)
            if rows is None and not is_over and clock() >= deadline:
                is_over = True
                entries = [self._entry(id, document) for id, document in documents.items()]
                self._files.one_by_one(self._files.missing(entries))
            return rows

        return look

    def _settled(self, documents: Mapping[str, Document]) -> dict[str, Row] | None:
        """Return the rows of these documents, None while one is missing or still being ingested."""
        rows = {str(row["id"]): row for row in self._files.rows() if str(row["id"]) in documents}
        # A file that is not in the list yet counts as being ingested.
        pending = [id for id in documents if rows.get(id, {}).get("status", PENDING[0]) in PENDING]
        self._tell("ingesting", len(documents) - len(pending), len(documents))
        if pending:
            self._go_on("documents are still being ingested")
        return None if pending else rows

    def _compare(self, documents: Mapping[str, Document], rows: Mapping[str, Row]) -> None:
        """Send attributes again that the list does not show.

        Raises StepFailed if they are lost again.
        """
        if self.run.keeps_attributes is False:
            return
        lost = {id: doc for id, doc in documents.items() if not self._carries(rows[id], doc)}
        for id, document in lost.items():
            self._send_attributes(id, document)
        if lost:
            rows = {**rows, **self._until(self._carries, lost)}
        if still := [doc for id, doc in lost.items() if not self._carries(rows[id], doc)]:
            raise StepFailed(
                "the server answered with success, but did not store the attributes of "
                f"{some(still)}. They identify our documents, so the store is not complete"
            )
        self.run.keeps_attributes = True
        self._remember_kept({i: d for i, d in documents.items() if not is_as_sent(rows[i], d)})

    def _remember_kept(self, odd: Mapping[str, Document]) -> None:
        """Send the user's attributes as the server stores them, so that our digest fits them.

        `odd` are the documents whose attributes the server stores in another form, by file id.
        """
        if not odd:
            return
        rows = self._until(is_as_sent, odd)
        # Otherwise the next plan would compare our values with the server's form and report drift
        # for ever.
        odd = {id: doc for id, doc in odd.items() if not is_as_sent(rows.get(id, {}), doc)}
        for id, document in odd.items():
            self._send_attributes(id, document, theirs(rows.get(id, {})))
        if odd:
            detail = (
                f"The server changed the attributes of {some([*odd.values()])}. They are recorded in "
                "its form, so they will not be shown as a difference."
            )
            where, subject = self.resource.origin, str(self.resource.address)
            self.run.emit(warning(codes.KEPT_OTHERWISE, detail, where, subject))

    def _until(
        self, holds: Callable[[Row, Document], bool], documents: Mapping[str, Document]
    ) -> dict[str, Row]:
        """List the store until `holds` is true for all documents or time is up.

        Return the last rows by the ids of their files, an empty one for a file without a row.
        """
        rows: dict[str, Row] = {}

        def look() -> bool:
            nonlocal rows
            rows = {str(row["id"]): row for row in self._files.rows()}
            return all(holds(rows.get(id, {}), document) for id, document in documents.items())

        self.run.patiently(look)
        return {id: rows.get(id, {}) for id in documents}

    def _undo(self, failed: Iterable[str]) -> None:
        """Detach documents that could not be ingested.

        The documents that they would replace stay.
        """
        for id in failed:
            self._files.detach(id)
            self.run.loose([id])

    def _tell(self, note: str, done: int, total: int) -> None:
        change = self.change
        self.run.emit(Progress(change.address, change.action, note, done, total))
