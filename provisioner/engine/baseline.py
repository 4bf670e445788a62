"""Recognises the digests in a mark that record values which no manifest sets."""

from dataclasses import replace

from provisioner.model.mark import Applied, Mark, tracked_key

ALL = "*"
"""The path under which a mark records one digest of all undeclared values.

No field has this name.
"""

MOMENT = "updated_at"
"""The path under which a mark records when its object was last changed.

No undeclared field has this name, because the server itself sets that field.
"""

KEY_OF_ALL, KEY_OF_MOMENT = tracked_key(ALL), tracked_key(MOMENT)


def is_baseline(applied: Applied) -> bool:
    """Return true if the digests are of an undeclared value, which no manifest sets."""
    return not applied.sent and bool(applied.got)


def without_baseline(mark: Mark) -> Mark:
    """Return the mark without the digests of undeclared values."""
    entries = {
        key: entry
        for key, entry in mark.applied.items()
        if not is_baseline(entry) and key != KEY_OF_ALL
    }
    return mark if len(entries) == len(mark.applied) else replace(mark, applied=entries)
