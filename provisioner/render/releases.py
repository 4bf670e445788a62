"""A release of an assistant in words: its number, when it was published, and from which revision."""

from datetime import UTC, datetime

from provisioner.model.remote import Published

HEAD = 12
"""Characters of a digest or a commit that people compare by eye."""
_DIRTY = "+"


def told(published: Published) -> str:
    """Return one release in a line: its number, when, from which revision."""
    parts = [f"{published.number}, published {moment(published)}"]
    if revision := revision_head(published):
        parts.append(f"revision {revision}")
    if published.rolled_back_to:
        parts.append(f"a copy of release {published.rolled_back_to}")
    return ", ".join(parts)


def moment(published: Published) -> str:
    """Return when a release was published, to the second, in UTC."""
    return f"{datetime.fromtimestamp(published.at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def revision_head(published: Published) -> str:
    commit, plus, rest = published.revision.partition(_DIRTY)
    return f"{commit[:HEAD]}{plus}{rest}"
