"""Attaches files to a store and detaches them, on servers with and without requests for many files.

`apply/documents.py` decides which files to attach. After a lost answer, or one that covers only some
of the files, this module attaches those that the store does not contain yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisioner.apply.run import Run
from provisioner.apply.together import together
from provisioner.model.binding import Documents
from provisioner.model.errors import Ambiguous, NoSuchApi, NotFound
from provisioner.model.frozen import frozen
from provisioner.model.provider import Row

# The platform's reference allows 2,000, its guide only 500.
BATCH = 500
"""The largest number of documents that one request attaches."""
TRIES = 3
"""The largest number of attempts to attach the same files, if answers are lost."""


@frozen
class AttachedFiles:
    """The files of one live store, and the requests that attach and detach them.

    An entry is the JSON object that attaches one file: `file_id`, `attributes`, and other fields.
    """

    run: Run
    documents: Documents
    store: str

    def rows(self) -> list[Row]:
        """Return the rows of all files in the store, as the server lists them now."""
        return self.run.provider.list(self.documents.collection, self.store)

    def attach(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Attach files. After a lost answer, list the store and attach only the missing files."""
        missing = list(entries)
        for attempt in range(TRIES):
            try:
                self._send(missing)
            except Ambiguous:
                missing = self.missing(missing)
                if missing and attempt == TRIES - 1:
                    raise
            else:
                return
            if not missing:
                return

    def missing(self, entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the entries whose files the list of the store does not contain."""
        there = {str(row["id"]) for row in self.rows()}
        return [entry for entry in entries if entry["file_id"] not in there]

    def one_by_one(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Attach each file with a request of its own."""
        create, collection = self.run.provider.create, self.documents.collection
        told = "{done} of {total} documents were attached"
        together(self.run, entries, lambda entry: create(collection, entry, self.store), told)

    def detach(self, file: str) -> None:
        """Remove a file from the store. The upload itself stays on the account."""
        self.run.provider.delete(self.documents.collection, file, self.store)

    def _send(self, entries: Sequence[Mapping[str, Any]]) -> None:
        try:
            batch = self.run.provider.create(self.documents.batches, {"files": entries}, self.store)
        except (NoSuchApi, NotFound):
            # Some servers cannot attach several files with one request.
            self.one_by_one(entries)
            return
        counts = batch.get("file_counts")
        total = counts.get("total") if isinstance(counts, Mapping) else None
        if isinstance(total, int) and total < len(entries):
            # Some servers accept such a request and attach only some of the files, or none.
            self.one_by_one(self.missing(entries))
