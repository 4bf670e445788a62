"""Uploads each content once, and deletes files that no object uses.

A file has no metadata. A file is known to be ours by the id in the answer to our upload, or by its
name if names are marked. After a lost answer no file is searched for by name or size, because such
a file may belong to somebody else. The content is uploaded again, and the run warns that one file
may be left over.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

from provisioner.apply.run import Run, StepFailed
from provisioner.engine.file_names import marked_name
from provisioner.engine.references import Known, ids_in, references
from provisioner.inventory.holders import Holders
from provisioner.model.binding import upload_kind
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import Ambiguous, NoSuchApi, NotFound
from provisioner.model.inside import inside
from provisioner.model.provider import Row, nameless
from provisioner.model.resource import Document

TRIES = 3
"""The largest number of attempts to upload one content, if answers are lost."""


@dataclass(slots=True)
class Uploads:
    """The uploads of one run.

    `known` has the ids of files by the digest of their content and the key of their path (see
    `_key`). `fresh` are the ids of files that this run uploaded. `unanswered` has the name of an
    upload once for each answer that was lost.
    """

    run: Run
    known: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    fresh: set[str] = field(default_factory=set)
    unanswered: list[str] = field(default_factory=list)
    _listed_names: dict[str, list[str]] | None = None
    _locks: dict[tuple[str, str], threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock)
    )

    def __post_init__(self) -> None:
        for found in (*self.run.live.objects.values(), *self.run.live.surplus):
            for document in found.documents.values():
                if document.status == "completed" and document.path:
                    self.known[document.sha256, self._key(document.path)].append(document.file_id)

    @property
    def _collection(self) -> str:
        """The collection of uploads. Raises StepFailed on a runtime that has none."""
        bindings = self.run.context.bindings
        if not (kind := upload_kind(bindings)):
            raise StepFailed("files cannot be uploaded on this runtime")
        return bindings[kind].collection

    @property
    def is_marked(self) -> bool:
        """True if the names of uploads contain their owner."""
        return self.run.context.stack.file_names == "marked"

    def _key(self, path: str) -> str:
        """Return the key under which documents of the same content share one upload.

        The key is the file name, or the whole path if names are marked, because a marked name
        contains a digest of the path.
        """
        return path if self.is_marked else path.rpartition("/")[2]

    def obtain(self, document: Document, used: set[str]) -> str:
        """Return the id of a file with this content that is not in `used`, and add it to `used`.

        The file is uploaded if there is none. `used` are the files of one store: two paths of a
        store never share a file, because a store accepts a file only once. Two stores may share
        one.
        """
        # A document that a File declares is uploaded by the step of that File, which has ended
        # already.
        if document.source:
            used.add(self.run.id_of(document.source))
            return self.run.id_of(document.source)
        key = document.said, self._key(document.key)
        with self.run.lock:
            lock = self._locks[key]
        # There is one lock for each content. So two threads never upload the same content, and
        # uploads of other contents need not wait.
        with lock:
            shared = [id for each in document.digests for id in self.known[each, key[1]]]
            id = next((known for known in shared if known not in used), None)
            if id is None:
                id = self._upload(document)
                self.known[key].append(id)
            used.add(id)
            return id

    def _upload(self, document: Document) -> str:
        name = marked_name(self.run.owner, document) if self.is_marked else document.name
        names = {marked_name(self.run.owner, document, each) for each in document.digests}
        # A marked name proves that a file is ours, so a file that an earlier run left over is used.
        if self.is_marked and (there := [id for each in names for id in self._named_so(each)]):
            return there[0]
        last = ""
        for _ in range(TRIES):
            try:
                row = self.run.provider.upload(
                    inside(self.run.root, document.path), name, document.sha256
                )
            except Ambiguous as error:
                # The first line says what happened; the others repeat that the end is not known.
                last = error.diagnostics[0].detail.partition("\n")[0].rstrip(".")
                # Without a marked name nobody can know which file in the list is from this request,
                # so the content is sent again.
                with self.run.lock:
                    self.unanswered.append(name)
                if self.is_marked and (found := self._arrived(name)):
                    return found
            else:
                with self.run.lock:
                    self.fresh.add(str(row["id"]))
                return str(row["id"])
        raise StepFailed(
            f"{document.path} could not be uploaded: every answer was lost. The last time: "
            f"{last}. Apply again"
        )

    def _named_so(self, name: str) -> list[str]:
        """Return the ids of files with this marked name. The list is read once for the run."""
        with self.run.lock:
            if self._listed_names is None:
                self._listed_names = self._names()
            return self._listed_names.get(name, [])

    def _names(self) -> dict[str, list[str]]:
        ids: dict[str, list[str]] = defaultdict(list)
        for row in self.run.provider.list(self._collection):
            ids[str(row.get("filename"))].append(str(row["id"]))
        return ids

    def _arrived(self, name: str) -> str:
        """Return the id of a file with this marked name when the list contains one, else ''."""
        found = self.run.until(lambda: self._names().get(name), self.run.limits.settle)
        if not found:
            return ""
        with self.run.lock:
            self.fresh.add(found[0])
        return str(found[0])

    def left_behind(self) -> list[Diagnostic]:
        """Return a warning about uploads whose answer was lost, unless names are marked."""
        if self.is_marked or not self.unanswered:
            return []
        names = ", ".join(sorted(set(self.unanswered)))
        count = len(self.unanswered)
        files = "one file" if count == 1 else f"up to {count} files"
        return [
            warning(
                codes.POSSIBLY_LEFT,
                f"{files}: the answer to an upload was lost ({names}), so the content was sent "
                "again. If the server performed the first upload, its file stays on the account, "
                "because nothing shows that it is ours. With `file_names: marked` in the Stack, "
                "the name would show it.",
            )
        ]

    def sweep(self) -> tuple[list[str], list[str], list[str]]:
        """Delete files that no object uses any more, and uploads that no object has used.

        Returns the ids of the deleted files, of the files that are kept, and of the files that are
        left for gc. A file is kept if any assistant or store refers to it, even one of another
        owner. A file to which a kept release refers is in none of the three: a later plan deletes
        it. A file is left for gc if it would take too many requests to ask every store.
        """
        # Other unused files are left to gc, because another run may be about to attach them.
        candidates = (self.run.loose_files | self.fresh) - self.run.kept_files
        candidates |= self._strays()
        candidates -= self.run.live.named_by_releases
        if not candidates:
            return [], [], []
        named = self._named(candidates)
        held = self._held(candidates - named)
        # If the stores could not be asked, the files stay. A file too many costs little, but a
        # missing file breaks somebody's store.
        left = set() if held is not None else candidates - named
        named |= held or set()
        going = candidates - named - left
        for id in sorted(going):
            self.run.provider.delete(self._collection, id)
        forgotten = (candidates & named) - self.fresh
        self.run.forgotten |= forgotten
        return sorted(going), sorted(forgotten), sorted(left)

    def is_published(self, id: str) -> bool:
        """Return true if a release that is published now refers to this id."""
        published = [binding for binding in self.run.context.bindings.values() if binding.history]
        rows = [row for binding in published for row in self._listed(binding.collection)]
        wanted = Known.of({id})
        return any(ids_in(row, wanted) for row in rows)

    def _strays(self) -> set[str]:
        """Return files with our marked name whose upload had no answer, and that nothing uses."""
        if not self.is_marked or not self.unanswered:
            return set()
        names, used = self._names(), {id for ids in self.known.values() for id in ids}
        return {id for name in self.unanswered for id in names.get(name, [])} - used

    def _named(self, ids: set[str]) -> set[str]:
        """Return those of the ids to which an object, or a release of another owner, refers."""
        named: set[str] = set()
        wanted = Known.of(ids)
        for one in self.run.live.releases:
            if one.mark is None or one.mark.owner != self.run.owner:
                named |= ids & {name for name in references(one) if isinstance(name, str)}
        for kind, binding in self.run.context.bindings.items():
            is_listed = kind not in self.run.live.unread and not binding.parent
            if is_listed and not binding.is_upload and binding.documents is None:
                rows = self._listed(binding.collection)
                for row in (*rows, *nameless(rows)):
                    named |= ids_in(row, wanted)
        return named

    def _held(self, ids: set[str]) -> set[str] | None:
        """Return those of the ids that a store contains, None if that would take too many requests.

        Stores are not asked if their list was refused when the plan was made. The plan has warned
        of that.
        """
        named: set[str] = set()
        for kind, binding in self.run.context.bindings.items():
            if not ids or binding.documents is None or kind in self.run.live.unread:
                continue
            most = self.run.context.stack.guards.max_reads
            collection = binding.documents.collection
            holders = Holders(self.run.provider, collection, most, self._certain(kind))
            found = holders.of(self._listed(binding.collection), ids)
            if found is None:
                return None
            named |= {id for held in found.values() for id in held}
        return named

    def _certain(self, kind: str) -> tuple[str, str] | None:
        """Return the ids of a store of ours and of a file that is certainly in it, None if there is none.

        This run does not change the store. See `Holders.known` for the use of the pair.
        """
        touched = {change.live.id for change in self.run.plan.changes if change.live}
        for found in self.run.live.ours:
            if found.kind == kind and found.id not in touched:
                for document in found.documents.values():
                    return found.id, document.file_id
        return None

    def _listed(self, collection: str, parent: str = "") -> list[Row]:
        try:
            return self.run.provider.list(collection, parent)
        except (NoSuchApi, NotFound):
            # The object was deleted after it was listed, so it refers to nothing any more.
            return []
