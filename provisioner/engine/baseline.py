"""Entries of a mark that remember values of an object which no manifest has set."""

from dataclasses import replace

from provisioner.model.mark import Applied, Mark, tracked_key

ALL = "*"
"""The path under which a mark remembers all undeclared values at once. No field has this name."""

MOMENT = "updated_at"
"""The path under which a mark remembers when its object was changed.

No undeclared field has this name, because the server sets that time itself.
"""

KEY_OF_ALL, KEY_OF_MOMENT = tracked_key(ALL), tracked_key(MOMENT)


def is_baseline(applied: Applied) -> bool:
    """Returns true for an entry that remembers an undeclared value, which no manifest sets."""
    return not applied.sent and bool(applied.got)


def without_baseline(mark: Mark) -> Mark:
    """Return the mark without the entries of undeclared values."""
    entries = {
        key: entry
        for key, entry in mark.applied.items()
        if not is_baseline(entry) and key != KEY_OF_ALL
    }
    return mark if len(entries) == len(mark.applied) else replace(mark, applied=entries)
