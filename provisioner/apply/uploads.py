"""Files: uploaded once for each content, found again when an answer was lost, never left behind.

A file has no metadata. Within a run it is known by the id that came back; one whose answer was
lost is known by being new since our listing, with our name and size, and used by nobody.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from provisioner.apply.run import Run, StepFailed
from provisioner.engine.references import ids_in
from provisioner.model.errors import Ambiguous, NoSuchApi, NotFound
from provisioner.model.provider import Row
from provisioner.model.resource import Document
from provisioner.model.value import digest

FILES, STORES, DOCUMENTS = "files", "vector_stores", "vector_stores/files"
TRIES = 3


@dataclass(slots=True)
class Uploads:
    """The files of one run, by content and name."""

    run: Run
    known: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    fresh: set[str] = field(default_factory=set)
    lost: list[Document] = field(default_factory=list)
    _before: set[str] | None = None
    _rows: dict[str, str] = field(default_factory=dict)
    _locks: dict[tuple[str, int], threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock)
    )

    def __post_init__(self) -> None:
        for found in (*self.run.live.objects.values(), *self.run.live.surplus):
            for document in found.documents.values():
                if document.status == "completed" and document.path:
                    name = document.path.rpartition("/")[2]
                    self.known[document.sha256, name].append(document.file_id)

    def obtain(self, document: Document, used: set[str]) -> str:
        """The id of a file with this content that is not in `used` yet; uploaded if need be.

        Adds it to `used`: two paths of one store never share a file, two stores do.
        """
        if document.source:
            used.add(self.run.id_of(document.source))
            return self.run.id_of(document.source)
        with self.run.lock:
            self._list_once()
            lock = self._locks[document.name, document.size]
        with lock:
            shared = self.known[document.sha256, document.name]
            id = next((known for known in shared if known not in used), None)
            if id is None:
                id = self._upload(document, used)
                shared.append(id)
            used.add(id)
            return id

    def _list_once(self) -> None:
        """What is there before the first upload: whatever is not in it may be ours."""
        if self._before is None:
            rows = self.run.provider.list(FILES)
            self._before = {str(row["id"]) for row in rows}
            self._rows = {str(row.get("filename")): str(row["id"]) for row in rows}

    def _upload(self, document: Document, used: set[str]) -> str:
        name = self._name(document)
        marked = self._rows.get(name) if name != document.name else None
        if marked and marked not in used:
            return marked
        for _ in range(TRIES):
            try:
                id = str(self._send(document, name)["id"])
            except Ambiguous:
                with self.run.lock:
                    self.lost.append(document)
                if found := self.run.until(self._finder(document, name), self.run.limits.settle):
                    return self._register(str(found["id"]))
            else:
                return self._register(id)
        raise StepFailed(f"{document.path} could not be uploaded: every answer was lost")

    def _send(self, document: Document, name: str) -> Row:
        return self.run.provider.upload(self.run.root / document.path, name, document.sha256)

    def _register(self, id: str) -> str:
        with self.run.lock:
            self.fresh.add(id)
        return id

    def _finder(self, document: Document, name: str) -> Callable[[], Row | None]:
        def find() -> Row | None:
            rows = [
                row for row in self.run.provider.list(FILES) if self._may_be(row, document, name)
            ]
            return min(rows, key=lambda row: str(row.get("created_at")), default=None)

        return find

    def _may_be(self, row: Row, document: Document, name: str) -> bool:
        id = str(row["id"])
        is_new = id not in (self._before or set()) and id not in self.fresh
        return is_new and row.get("filename") == name and row.get("bytes") == document.size

    def _name(self, document: Document) -> str:
        """The name to upload under; with `file_names: marked`, one that says whose and what."""
        if self.run.ground.stack.file_names != "marked":
            return document.name
        stem, dot, ending = document.name.rpartition(".")
        tag = f"{digest(str(self.run.owner), 6)}-{document.sha256[:12]}"
        return f"{stem or ending}.{tag}{dot if stem else ''}{ending if stem else ''}"

    def sweep(self) -> tuple[list[str], list[str]]:
        """Delete what is loose and what was uploaded for nothing; returns (deleted, kept) ids.

        What any listed assistant or store still names, foreign ones included, is kept. What a
        retained release names is left alone: it is retired, and goes with a later plan.
        """
        candidates = (self.run.loose_files | self.fresh) - self.run.kept_files
        candidates |= {str(row["id"]) for row in self._strays()}
        candidates -= self.run.live.held
        if not candidates:
            return [], []
        named = self._named(candidates)
        for id in sorted(candidates - named):
            self.run.provider.delete(FILES, id)
        self.run.forgotten = (candidates & named) - self.fresh
        return sorted(candidates - named), sorted(self.run.forgotten)

    def is_published(self, id: str) -> bool:
        """Whether somebody published an object that names this id, in the last moment perhaps."""
        published = [form for form in self.run.ground.forms.values() if form.history]
        rows = [row for form in published for row in self._listed(form.collection)]
        return any(ids_in(row, {id}) for row in rows)

    def _strays(self) -> list[Row]:
        if not self.lost:
            return []
        rows = self.run.provider.list(FILES)
        lost = [(document, self._name(document)) for document in self.lost]
        return [row for row in rows if any(self._may_be(row, doc, name) for doc, name in lost)]

    def _named(self, ids: set[str]) -> set[str]:
        """Which of these ids stand anywhere in an assistant or a store."""
        named: set[str] = set()
        for form in self.run.ground.forms.values():
            if form.collection not in (FILES, STORES) and not form.parent:
                for row in self._listed(form.collection):
                    named |= ids_in(row, ids)
        for store in self._listed(STORES):
            if (store.get("file_counts") or {}).get("total") != 0:
                rows = self._listed(DOCUMENTS, str(store["id"]))
                named |= ids & {str(row["id"]) for row in rows}
        return named

    def _listed(self, collection: str, parent: str = "") -> list[Row]:
        try:
            return self.run.provider.list(collection, parent)
        except (NoSuchApi, NotFound):
            return []  # a store may have gone since it was listed, and names nothing then
