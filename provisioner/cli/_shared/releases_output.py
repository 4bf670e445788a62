"""The text and the document that `show --releases` prints."""

from collections.abc import Iterator, Sequence
from typing import Any

from provisioner.model.address import Address
from provisioner.model.remote import Published
from provisioner.render.document import FORMAT_VERSION
from provisioner.render.releases import HEAD, moment, revision_head
from provisioner.render.tables import table
from provisioner.verbs._shared.history import Entry

NOTHING = "-"


def releases_text(entries: Sequence[Entry]) -> str:
    rows = [
        (
            entry.number,
            moment(entry.published),
            revision_head(entry.published) or NOTHING,
            NOTHING if entry.deleted else digest_head(entry.published),
            ", ".join(_notes(entry)),
        )
        for entry in entries
    ]
    return table(rows, ("RELEASE", "PUBLISHED", "REVISION", "DIGEST", "")) + "\n"


def releases_document(address: Address, entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "address": str(address),
        "releases": [
            {
                **published_document(entry.published),
                "current": entry.current,
                "deleted": entry.deleted,
            }
            for entry in entries
        ],
    }


def published_document(published: Published) -> dict[str, Any]:
    return {
        "number": published.number,
        "published_at": published.at,
        "digest": published.digest,
        "revision": published.revision or None,
        "rolled_back_to": published.rolled_back_to or None,
    }


def digest_head(published: Published) -> str:
    return published.digest.partition(":")[2][:HEAD]


def _notes(entry: Entry) -> Iterator[str]:
    if entry.current:
        yield "current"
    if entry.deleted:
        yield "deleted"
    if entry.published.rolled_back_to:
        yield f"a copy of {entry.published.rolled_back_to}"
