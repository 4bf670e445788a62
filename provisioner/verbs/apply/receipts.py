"""Make the receipts of what a run deletes: each object as it was read, and a vector store's texts.

`rollback RUN` creates objects again from them. The rows that the plan has read are used, so that
most receipts cost no request. Anything else is read just before the delete.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

from provisioner.engine.odd import FAILURES
from provisioner.engine.parsed_text import overlap_of, parsed_text
from provisioner.engine.receipts import masked_text, without_secrets
from provisioner.engine.restored_documents import OBJECT, PATH, SHA256, UNREAD
from provisioner.model.errors import NotFound, ProviderError
from provisioner.model.inventory import PARENT
from provisioner.model.ledger import Receipt, ReceiptDocument
from provisioner.model.plan import Change
from provisioner.model.provider import Provider, Row
from provisioner.model.remote import RemoteDocument
from provisioner.verbs._shared.session import secrets_of
from provisioner.verbs.plan import Planned

MOST_TEXTS: Final = 1000
"""The most documents whose texts one run reads, since each costs a request."""
MOST_BYTES: Final = 1 << 20
"""The size of the largest text that is stored, in bytes of UTF-8."""
MOST_BYTES_OF_RUN: Final = 64 << 20
"""The most bytes of all texts that one run stores."""


@dataclass(slots=True)
class Receipts:
    """Makes the receipts of one run.

    `sent` returns the path and the SHA-256 (hex) of a file that we uploaded, by its id; both are
    empty for another file.
    """

    planned: Planned
    run: str
    account: str
    sent: Callable[[str], tuple[str, str]]
    _texts: int = 0
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)
    _secrets: frozenset[str] = frozenset()
    _rows: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    _changes: Mapping[str, Change] = field(default_factory=dict)
    _files: Mapping[str, RemoteDocument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        planned = self.planned
        self._secrets = frozenset(secrets_of(planned.session.desired))
        self._rows = {
            (kind, str(row.get("id"))): row
            for kind, rows in planned.inventory.rows.items()
            for row in rows
        }
        self._changes = {change.live.id: change for change in planned.plan.changes if change.live}
        self._files = {
            document.file_id: document
            for found in planned.live.ours
            for document in (*found.surplus_documents, *found.documents.values())
        }

    def receipt(
        self, provider: Provider, collection: str, id: str, parent: str
    ) -> tuple[Receipt, list[ReceiptDocument]] | None:
        """Return the receipt of an object, and those of its documents.

        Return None for an object that is gone already, and for a file that is only removed from a
        vector store.
        """
        bindings = self.planned.session.runtime.bindings
        kind = next((k for k, binding in bindings.items() if binding.collection == collection), "")
        if not kind and parent:
            return None
        binding = bindings.get(kind)
        configuration: dict[str, Any] = {}
        try:
            row = self._rows.get((kind, id)) or provider.get(collection, id, parent)
            known = self.planned.session.context.kinds.get(kind)
            plain = without_secrets(row, self._secrets, known, binding)
            configuration[OBJECT] = {**plain, PARENT: parent} if parent else plain
        except NotFound:
            return None
        except (ProviderError, *FAILURES) as error:
            configuration[UNREAD] = str(error) or type(error).__name__
        if binding is None or binding.is_upload:
            configuration |= self._content(id)
        change = self._changes.get(id)
        receipt = Receipt(
            run=self.run,
            owner=str(self.planned.session.stack.owner),
            account=self.account,
            address=_address(change),
            kind=kind or collection,
            id=id,
            deleted=None,
            configuration=configuration,
            reason=str(change.reason) if change else "",
        )
        if binding is None or binding.documents is None:
            return receipt, []
        return receipt, self._documents(provider, binding.documents.collection, id)

    def _content(self, id: str) -> dict[str, str]:
        """Return the path and the SHA-256 of a file, by their keys; empty if they are not known."""
        document = self._files.get(id)
        if document and document.path:
            return {PATH: document.path, SHA256: document.sha256}
        path, sha256 = self.sent(id)
        return {PATH: path, SHA256: sha256} if sha256 else {}

    def _documents(self, provider: Provider, collection: str, store: str) -> list[ReceiptDocument]:
        """Return the receipts of a vector store's documents, with their texts."""
        rows = self.planned.inventory.documents.get(store)
        if rows is None:
            try:
                rows = tuple(provider.list(collection, store))
            except ProviderError:
                return []
        documents = [self._document(store, row) for row in rows]
        overlaps = {str(row.get("id")): overlap_of(row) for row in rows}

        def read(one: ReceiptDocument) -> ReceiptDocument:
            return self._with_text(provider, collection, one, overlaps[one.file_id])

        wanted = list(self._allowed(documents))
        most = self.planned.session.options.parallelism
        with ThreadPoolExecutor(max(1, min(most, len(wanted)))) as pool:
            texts = {one.file_id: one for one in pool.map(read, wanted)}
        return [texts.get(one.file_id, one) for one in documents]

    def _document(self, store: str, row: Row) -> ReceiptDocument:
        """Return the receipt of a document, still without its text."""
        id = str(row.get("id"))
        ours = self._files.get(id)
        path, sha256 = (ours.path, ours.sha256) if ours else self.sent(id)
        size = row.get("usage_bytes")
        return ReceiptDocument(
            run=self.run,
            store=store,
            file_id=id,
            path=path,
            name=self.planned.live.file_names.get(id, ""),
            sha256=sha256,
            bytes=size if isinstance(size, int) else 0,
            object=without_secrets(row, self._secrets),
            # This is true of every text until it is read.
            missing=f"more than {MOST_TEXTS:,} documents were deleted in this run",
        )

    def _allowed(self, documents: Iterable[ReceiptDocument]) -> Iterator[ReceiptDocument]:
        """Yield the documents whose texts may still be read in this run."""
        for one in documents:
            with self._lock:
                if self._texts >= MOST_TEXTS:
                    return
                self._texts += 1
            yield one

    def _with_text(
        self, provider: Provider, collection: str, one: ReceiptDocument, overlap: int
    ) -> ReceiptDocument:
        """Return the receipt of a document with its text, or with the reason why it is missing."""
        try:
            text = parsed_text(provider.content(one.file_id, collection, one.store), overlap)
        except (ProviderError, *FAILURES) as error:
            return replace(one, missing=f"the server did not return the text: {error}")
        size = len(text.encode("utf-8", "replace"))
        if size > MOST_BYTES:
            return replace(one, missing=f"the text is larger than {MOST_BYTES >> 20} MiB")
        with self._lock:
            if self._bytes + size > MOST_BYTES_OF_RUN:
                limit = MOST_BYTES_OF_RUN >> 20
                return replace(one, missing=f"the texts of this run are larger than {limit} MiB")
            self._bytes += size
        return replace(one, text=masked_text(text, self._secrets), missing="")


def _address(change: Change | None) -> str:
    """Return the address of the object that a change deletes; empty if it has none.

    A plan of `gc` names an object that belongs to nobody by its kind and id.
    """
    if change is None or change.live is None or change.address.name == change.live.id:
        return ""
    return str(change.address)
