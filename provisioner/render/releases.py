"""Render releases of an assistant, as text and as JSON: one on a line, or all that are kept in a table."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from provisioner.model.address import Address
from provisioner.model.remote import Published, ReleaseEntry
from provisioner.render.document import FORMAT_VERSION
from provisioner.render.tables import table

HEAD = 12
"""The number of characters of a digest or commit that are shown, enough to tell them apart by eye."""
_DIRTY = "+"
"""The sign in a revision if the manifests had changes that were not committed."""


def told(published: Published) -> str:
    """Return one release as a line: its number, when it was published, and from which revision."""
    parts = [f"{published.number}, published {moment(published)}"]
    if revision := revision_head(published):
        parts.append(f"revision {revision}")
    if published.rolled_back_to:
        parts.append(f"a copy of release {published.rolled_back_to}")
    return ", ".join(parts)


def moment(published: Published) -> str:
    """Return the time at which a release was published, to the second, in UTC."""
    return f"{datetime.fromtimestamp(published.at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def revision_head(published: Published) -> str:
    """Return the beginning of a release's commit, with a `+` behind it if files were not committed."""
    # The sign is kept, because a short commit without it would claim that the files were committed.
    commit, plus, rest = published.revision.partition(_DIRTY)
    return f"{commit[:HEAD]}{plus}{rest}"


NOTHING = "-"


def releases_text(entries: Sequence[ReleaseEntry]) -> str:
    """Return a table of releases."""
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


def releases_document(address: Address, entries: Sequence[ReleaseEntry]) -> dict[str, Any]:
    """Return the releases of an address as a JSON document."""
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
    """Return one release as a JSON document."""
    return {
        "number": published.number,
        "published_at": published.at,
        "digest": published.digest,
        "revision": published.revision or None,
        "rolled_back_to": published.rolled_back_to or None,
    }


def digest_head(published: Published) -> str:
    """Return the beginning of a release's digest."""
    # The digest begins with `sha256:`, which tells no two releases apart.
    return published.digest.partition(":")[2][:HEAD]


def _notes(entry: ReleaseEntry) -> Iterator[str]:
    """Yield words about a release: that it is current, was deleted, or is a copy of another release."""
    if entry.current:
        yield "current"
    if entry.deleted:
        yield "deleted"
    if entry.published.rolled_back_to:
        yield f"a copy of {entry.published.rolled_back_to}"
