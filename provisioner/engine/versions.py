"""Finds our version of an object whose content is in versions, such as a skill.

The row of such an object shows its default version, and somebody may have made another version the
default. Each version has the mark with which it was published, and that mark describes only this
version. So our version is the newest one that has our mark.
"""

from collections.abc import Collection, Iterable, Sequence

from provisioner.model.binding import Binding
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Row
from provisioner.model.remote import Versions

FIRST = "1"
"""The first version of an object, as the server writes it."""


def ids_to_read(
    rows: Iterable[Row], binding: Binding, owner: Owner, names: Collection[str]
) -> list[str]:
    """Return the ids of the objects whose versions must be read to find ours.

    These are our objects whose default version is not the latest, and objects with a declared name
    whose default version has no mark. `names` are the live names that the manifests declare.
    """
    return [str(row["id"]) for row in rows if _may_differ(row, binding, owner, names)]


def _may_differ(row: Row, binding: Binding, owner: Owner, names: Collection[str]) -> bool:
    latest, default = (str(row.get(key) or "") for key in ("latest_version", "default_version"))
    mark = binding.mark_of(row)
    # An unmarked object with one version was never ours, because the first version that we publish
    # is marked.
    if mark is None:
        return latest not in ("", FIRST) and str(row.get("name") or "") in names
    return mark.owner == owner and latest != default


def our_version(
    row: Row, versions: Sequence[Row], binding: Binding, owner: Owner, kind: str
) -> tuple[Mark | None, Versions | None]:
    """Return the mark of our newest version, or of the row itself if no version is ours.

    The second value is None, or the numbers of the default version and of our newest one if these
    two differ.
    """
    ours = {
        number(str(version.get("version"))): mark
        for version in versions
        if (mark := binding.mark_of(version)) and mark.owner == owner and mark.address.kind == kind
    }
    if not ours:
        return binding.mark_of(row), None
    newest, default = max(ours), str(row.get("default_version") or "")
    moved = default != str(newest)
    return ours[newest], Versions(default, str(newest)) if moved else None


def number(text: str) -> int:
    """Return the number of a version, 0 if the server does not write it as a number."""
    return int(text) if text.isdecimal() else 0
