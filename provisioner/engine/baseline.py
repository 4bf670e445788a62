"""Entries of a mark that no manifest stands behind: what an object had beside what was applied."""

from dataclasses import replace

from provisioner.model.mark import Applied, Mark, tracked_key

ALL = "*"
"""The path under which a mark remembers undeclared values together. No field is called so."""

MOMENT = "updated_at"
"""The path under which a mark remembers when its object was changed. No field is called so."""

KEY_OF_ALL, KEY_OF_MOMENT = tracked_key(ALL), tracked_key(MOMENT)


def is_baseline(applied: Applied) -> bool:
    """Returns true for an entry that remembers an undeclared value, which no manifest sets."""
    return not applied.sent and bool(applied.got)


def without_baseline(mark: Mark) -> Mark:
    """Return the mark with the entries of what a manifest set, and no others."""
    entries = {
        key: entry
        for key, entry in mark.applied.items()
        if not is_baseline(entry) and key != KEY_OF_ALL
    }
    return mark if len(entries) == len(mark.applied) else replace(mark, applied=entries)
