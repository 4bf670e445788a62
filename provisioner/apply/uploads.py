"""Files: uploaded once for each content, and deleted again where nothing came to need them.

A file has no metadata. It is known by the id that came back, or by its name where names are marked.
One whose upload was not answered is not looked for by likeness: it may be anybody's. It is uploaded
again, and the run says that one may be left.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

from provisioner.apply.inside import inside
from provisioner.apply.run import Run, StepFailed
from provisioner.engine.file_names import marked_name
from provisioner.engine.references import Known, ids_in, references
from provisioner.inventory.holders import Holders
from provisioner.model.binding import upload_kind
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import Ambiguous, NoSuchApi, NotFound
from provisioner.model.provider import Row
from provisioner.model.resource import Document

TRIES = 3


@dataclass(slots=True)
class Uploads:
    """The files of one run, by content and name.

    `fresh` are the ids that this run received for uploads of its own, `unanswered` the names of
    uploads whose answer was lost, once for each loss.
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
            raise StepFailed("nothing can be uploaded on this runtime")
        return bindings[kind].collection

    @property
    def is_marked(self) -> bool:
        """Returns true where the names of files say whose they are."""
        return self.run.context.stack.file_names == "marked"

    def _key(self, path: str) -> str:
        """Return the key under which documents of one content share a file.

        A marked name is of one path.
        """
        return path if self.is_marked else path.rpartition("/")[2]

    def obtain(self, document: Document, used: set[str]) -> str:
        """Return the id of a file with this content that is not in `used` yet.

        It is uploaded if need be.

        Adds it to `used`: two paths of one store never share a file, two stores do.
        """
        # A File is uploaded by a step of its own, which this one has waited for.
        if document.source:
            used.add(self.run.id_of(document.source))
            return self.run.id_of(document.source)
        key = document.said, self._key(document.key)
        with self.run.lock:
            lock = self._locks[key]
        # One lock for each content: the same file is never uploaded twice, others go on meanwhile.
        with lock:
            shared = [id for each in document.spellings for id in self.known[each, key[1]]]
            id = next((known for known in shared if known not in used), None)
            if id is None:
                id = self._upload(document)
                self.known[key].append(id)
            used.add(id)
            return id

    def _upload(self, document: Document) -> str:
        name = marked_name(self.run.owner, document) if self.is_marked else document.name
        names = {marked_name(self.run.owner, document, each) for each in document.spellings}
        # A marked name proves whose the file is, so one that an earlier run left is used again.
        if self.is_marked and (there := [id for each in names for id in self._named_so(each)]):
            return there[0]
        for _ in range(TRIES):
            try:
                row = self.run.provider.upload(
                    inside(self.run.root, document.path), name, document.sha256
                )
            except Ambiguous:
                # Without a marked name it cannot be told from somebody else's: it is sent again.
                with self.run.lock:
                    self.unanswered.append(name)
                if self.is_marked and (found := self._arrived(name)):
                    return found
            else:
                with self.run.lock:
                    self.fresh.add(str(row["id"]))
                return str(row["id"])
        raise StepFailed(f"{document.path} could not be uploaded: every answer was lost")

    def _named_so(self, name: str) -> list[str]:
        """Return the ids of files that had this marked name when the run first asked."""
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
        """Return the id of a file with this marked name once the list shows one, else ""."""
        found = self.run.until(lambda: self._names().get(name), self.run.limits.settle)
        if not found:
            return ""
        with self.run.lock:
            self.fresh.add(found[0])
        return str(found[0])

    def left_behind(self) -> list[Diagnostic]:
        """Return warnings about uploads without an answer, where nothing proves whose they are."""
        if self.is_marked or not self.unanswered:
            return []
        names = ", ".join(sorted(set(self.unanswered)))
        count = len(self.unanswered)
        files = "one file" if count == 1 else f"up to {count} files"
        return [
            warning(
                codes.POSSIBLY_LEFT,
                f"{files}: the answer to an upload was lost ({names}), so it was sent again. If the first one "
                "was performed after all, that file stays: nothing on it says whose it is, and it "
                "could be somebody else's. `file_names: marked` in the Stack makes files known.",
            )
        ]

    def sweep(self) -> tuple[list[str], list[str], list[str]]:
        """Delete what is loose and what was uploaded for nothing.

        Returns the ids of what was deleted, of what is kept, and of what is left for gc. What any
        listed assistant or store still names, foreign ones included, is kept. What a retained
        release names is left alone: it is retired, and goes with a later plan. Left for gc is what
        too many stores would have to be asked for.
        """
        candidates = (self.run.loose_files | self.fresh) - self.run.kept_files
        candidates |= self._strays()
        candidates -= self.run.live.held
        if not candidates:
            return [], [], []
        named = self._named(candidates)
        held = self._held(candidates - named)
        # What nobody could be asked about stays: a file too many costs less than one too few.
        left = set() if held is not None else candidates - named
        named |= held or set()
        going = candidates - named - left
        for id in sorted(going):
            self.run.provider.delete(self._collection, id)
        forgotten = (candidates & named) - self.fresh
        self.run.forgotten |= forgotten
        return sorted(going), sorted(forgotten), sorted(left)

    def is_published(self, id: str) -> bool:
        """Return true if somebody published an object that names this id by now."""
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
        """Return those of the ids that stand in an object, or in a release of another owner."""
        named: set[str] = set()
        wanted = Known.of(ids)
        for one in self.run.live.releases:
            if one.mark is None or one.mark.owner != self.run.owner:
                named |= ids & {name for name in references(one) if isinstance(name, str)}
        for kind, binding in self.run.context.bindings.items():
            is_listed = kind not in self.run.live.unread and not binding.parent
            if is_listed and not binding.is_upload and binding.documents is None:
                for row in self._listed(binding.collection):
                    named |= ids_in(row, wanted)
        return named

    def _held(self, ids: set[str]) -> set[str] | None:
        """Return those of the ids that a store holds, None where too many had to be asked.

        Where the list of stores was refused when the plan was made, none that can be read holds
        anything, and the plan said so.
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
        """Return a store that this run does not touch, and a file that it certainly holds."""
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
            # The store was deleted after it was listed, so it names nothing any more.
            return []
