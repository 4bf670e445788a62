"""Documents of a store: attached and completed before their predecessors are detached."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.apply.run import Run, StepFailed
from provisioner.apply.uploads import DOCUMENTS, Uploads
from provisioner.model.errors import Ambiguous, NoSuchApi, NotFound
from provisioner.model.outcome import Progress
from provisioner.model.plan import Change, DocumentAction, DocumentChange
from provisioner.model.provider import Row
from provisioner.model.resource import Document, Resource
from provisioner.runtimes.knowledge import attributes_to_wire

BATCHES = "vector_stores/file_batches"
BATCH = 500
TRIES = 3
PENDING = ("in_progress",)


@dataclass(frozen=True, slots=True)
class Filling:
    """One store being filled: where, with what, on whose behalf."""

    run: Run
    uploads: Uploads
    change: Change
    resource: Resource
    store: str

    def everything(self) -> None:
        """Fill a new store with every document."""
        self._add(list(self.resource.documents.values()), used=set())

    def changes(self, changes: Sequence[DocumentChange]) -> None:
        """Carry out the changes of a live store. Raises StepFailed when a document fails."""
        live = self.change.live
        used = {doc.file_id for doc in live.documents.values()} if live else set()
        fresh = [c for c in changes if c.content and c.action is not DocumentAction.REMOVE]
        self._attributes([c for c in changes if not c.content])
        added = self._add([self.resource.documents[change.path] for change in fresh], used)
        leaving = [c.file_id for c in changes if c.action is DocumentAction.REMOVE]
        # A File's document that is ingested anew stays the file that it was.
        leaving += [c.file_id for c in fresh if c.file_id and c.file_id not in added]
        for id in leaving:
            self.run.provider.delete(DOCUMENTS, id, self.store)
        self.run.loose(leaving)

    def _attributes(self, changes: Iterable[DocumentChange]) -> None:
        waiting: dict[str, str] = {}
        for change in changes:
            document = self.resource.documents[change.path]
            body = {"attributes": attributes_to_wire(document)}
            self.run.provider.update(DOCUMENTS, change.file_id, body, self.store)
            waiting[change.file_id] = change.path
        self._wait(waiting)

    def _add(self, documents: Sequence[Document], used: set[str]) -> Collection[str]:
        """Attach documents and wait until they are completed; returns the ids of their files."""
        paths: dict[str, str] = {}
        for done, document in enumerate(documents):
            self._tell("uploading", done, len(documents))
            paths[self.uploads.obtain(document, used)] = document.path
        by_path = {document.path: document for document in documents}
        entries = [self._entry(id, by_path[path]) for id, path in paths.items()]
        for start in range(0, len(entries), BATCH):
            self._attach(entries[start : start + BATCH])
        self._wait(paths)
        self.run.keep(paths)
        return paths

    def _entry(self, id: str, document: Document) -> dict[str, Any]:
        entry: dict[str, Any] = {"file_id": id, "attributes": attributes_to_wire(document)}
        if chunking := self.resource.spec.get("chunking_strategy"):
            entry["chunking_strategy"] = chunking
        return entry

    def _attach(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Attach files; where the answer is lost, look which of them arrived."""
        missing = list(entries)
        for attempt in range(TRIES):
            try:
                self._send(missing)
            except Ambiguous:
                there = {str(row["id"]) for row in self._rows()}
                missing = [entry for entry in missing if entry["file_id"] not in there]
                if missing and attempt == TRIES - 1:
                    raise
            else:
                return
            if not missing:
                return

    def _send(self, entries: Sequence[Mapping[str, Any]]) -> None:
        try:
            self.run.provider.create(BATCHES, {"files": entries}, self.store)
        except (NoSuchApi, NotFound):
            # Some servers have no batches.
            for entry in entries:
                self.run.provider.create(DOCUMENTS, entry, self.store)

    def _wait(self, paths: Mapping[str, str]) -> None:
        """Until every document is completed. Raises StepFailed for those that are not."""
        if not paths:
            return

        def settled() -> dict[str, Row] | None:
            rows = {str(row["id"]): row for row in self._rows() if str(row["id"]) in paths}
            pending = [id for id in paths if rows.get(id, {}).get("status", PENDING[0]) in PENDING]
            self._tell("ingesting", len(paths) - len(pending), len(paths))
            return None if pending else rows

        rows = self.run.until(settled, self.run.limits.timeout)
        if rows is None:
            raise StepFailed(
                f"after {self.run.limits.timeout:g} s not every document was ingested; they go on "
                "being ingested. Apply again, or with a longer --timeout"
            )
        failed = {
            id: row for id, row in rows.items() if row.get("status") not in ("completed", None)
        }
        self.run.keep(id for id in rows if id not in failed)
        self._undo(failed)
        if failed:
            raise StepFailed("; ".join(_failure(paths[id], row) for id, row in failed.items()))

    def _undo(self, failed: Iterable[str]) -> None:
        """What could not be ingested does not stay attached; what it was to replace does."""
        for id in failed:
            self.run.provider.delete(DOCUMENTS, id, self.store)
            self.run.loose([id])

    def _rows(self) -> list[Row]:
        return self.run.provider.list(DOCUMENTS, self.store)

    def _tell(self, note: str, done: int, total: int) -> None:
        change = self.change
        self.run.emit(Progress(change.address, change.action, note, done, total))


def _failure(path: str, row: Row) -> str:
    error = row.get("last_error") or {}
    why = error.get("message") or error.get("code") if isinstance(error, Mapping) else str(error)
    return f"{path} was not ingested ({row.get('status')}: {why or 'no reason given'})"
