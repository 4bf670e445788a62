"""Compare the texts of changed documents with the live ones, for the reviewers of a plan.

A plan is made without these texts, and nothing is decided by them: they are read when the plan is about
to be shown or saved. Of a large plan only the first documents are read. For a text that cannot be read,
the plan has one line with the reason.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from provisioner.engine.odd import FAILURES
from provisioner.engine.parsed_text import overlap_of, parsed_text
from provisioner.engine.receipts import masked_text
from provisioner.model.digests import measured
from provisioner.model.errors import PlanRefused, ProviderError
from provisioner.model.frozen import frozen
from provisioner.model.inside import inside
from provisioner.model.inventory import Inventory
from provisioner.model.plan import Action, Change, DocumentAction, DocumentChange, Plan
from provisioner.model.provider import Row
from provisioner.model.resource import Document
from provisioner.model.text_change import TextChange
from provisioner.render.text_changes import text_change
from provisioner.verbs._shared.session import Session, secrets_of

MOST_DOCUMENTS: Final = 10
"""The most documents of one plan whose live texts are read, since each costs a request."""
MOST_BYTES: Final = 200_000
"""The size of the largest text that is compared, in bytes of UTF-8."""


@frozen
class _Wanted:
    """A document whose content a plan changes.

    `change` is the change of its vector store, `document` that of the document itself, and
    `declared` the document as the manifests have it.
    """

    change: Change
    document: DocumentChange
    declared: Document


def with_document_texts(plan: Plan, session: Session, inventory: Inventory) -> Plan:
    """Return the plan with the changed words of its documents, as far as they can be read.

    Sends at most MOST_DOCUMENTS requests. An error of the server is not raised: it is the reason why
    a text is missing. `inventory` is what the plan was made from. Texts of sensitive variables are
    masked.
    """
    wanted = [*_wanted(plan)]
    if not wanted:
        return plan
    reading = _Reading(session, inventory, frozenset(secrets_of(session.desired)))
    chosen = wanted[:MOST_DOCUMENTS]
    workers = max(1, min(session.options.parallelism, len(chosen)))
    with ThreadPoolExecutor(workers) as pool:
        texts = [*pool.map(reading.text, chosen)]
    found = {
        _key(one.change, one.document): text
        for one, text in zip(chosen, _told_once(texts), strict=True)
    }
    if rest := wanted[MOST_DOCUMENTS:]:
        others = f"it is one of {len(rest):,} beyond the first {MOST_DOCUMENTS} of this plan"
        found[_key(rest[0].change, rest[0].document)] = TextChange(missing=others)
    return replace(plan, changes=tuple(_with_texts(change, found) for change in plan.changes))


def _told_once(texts: Sequence[TextChange]) -> Iterator[TextChange | None]:
    """Yield the texts, with each reason for missing texts only once.

    If several texts are missing for the same reason, the first one is yielded with the number of
    the others, and None in place of each of the others.
    """
    counts = Counter(text.missing for text in texts)
    told: set[str] = set()
    for text in texts:
        others = counts[text.missing] - 1
        if not text.missing or not others:
            yield text
        elif text.missing not in told:
            told.add(text.missing)
            yield TextChange(missing=f"{text.missing}; so it is with {others} more")
        else:
            yield None


def _wanted(plan: Plan) -> Iterator[_Wanted]:
    """Yield the documents whose content changes in a store that stays."""
    for change in plan.changes:
        if change.action is not Action.UPDATE or change.desired is None or change.live is None:
            continue
        for document in change.documents:
            declared = change.desired.documents.get(document.path)
            is_changed = document.action is DocumentAction.CHANGE and document.content
            if is_changed and document.file_id and declared:
                yield _Wanted(change, document, declared)


Key = tuple[str, str, str]


def _key(change: Change, document: DocumentChange) -> Key:
    return str(change.address), document.path, document.file_id


def _with_texts(change: Change, found: Mapping[Key, TextChange | None]) -> Change:
    documents = tuple(replace(one, text=found.get(_key(change, one))) for one in change.documents)
    return replace(change, documents=documents)


@frozen
class _Reading:
    """Reads both texts of documents. `secrets` are masked in both."""

    session: Session
    inventory: Inventory
    secrets: frozenset[str]

    def text(self, wanted: _Wanted) -> TextChange:
        """Return the changed words of a document, or the reason why they are not known."""
        desired = self._desired(wanted.declared)
        if isinstance(desired, TextChange):
            return desired
        live = self._live(wanted)
        if isinstance(live, TextChange):
            return live
        return text_change(*(masked_text(side, self.secrets) for side in (live, desired)))

    def _desired(self, declared: Document) -> str | TextChange:
        """Return the text of the file in the folder, or the reason why it cannot be compared."""
        if declared.size > MOST_BYTES:
            return _too_large()
        try:
            data = inside(self.session.stack.root, declared.path).read_bytes()
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return TextChange(missing="the file is no UTF-8 text")
        except (OSError, PlanRefused):
            return TextChange(missing="the file in the folder cannot be read any more")
        if measured(iter([data])).content != declared.said:
            return TextChange(missing="the file in the folder has changed since the plan was made")
        if "\0" in text:
            return TextChange(missing="the file is no text")
        return text

    def _live(self, wanted: _Wanted) -> str | TextChange:
        """Return the live file's text as the server parsed it, or the reason why it is not known."""
        change, id = wanted.change, wanted.document.file_id
        documents = self.session.runtime.bindings[change.address.kind].documents
        if documents is None or change.live is None:
            return TextChange(missing="the server keeps no parsed text of it")
        store = change.live.id
        try:
            page = self.session.provider.content(id, documents.collection, store)
            text = parsed_text(page, overlap_of(self._row(store, id)))
        except (ProviderError, *FAILURES) as error:
            return TextChange(missing=f"the server did not give its text ({_first_line(error)})")
        return _too_large() if len(text.encode("utf-8", "replace")) > MOST_BYTES else text

    def _row(self, store: str, id: str) -> Row:
        rows = self.inventory.documents.get(store) or ()
        return next((row for row in rows if row.get("id") == id), {})


def _too_large() -> TextChange:
    return TextChange(missing=f"it is larger than {MOST_BYTES // 1000} kB")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
