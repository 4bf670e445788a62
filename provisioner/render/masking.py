"""Mask the secrets on both sides of a field. Only `render.view` calls this module.

Only the secret parts of a text are masked, so that the text around them can be reviewed. A live
text may contain an earlier secret at an unknown place, so of such a text only lines are shown that
the manifests contain too.
"""

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any, Final

from provisioner.model.plan import NOT_KNOWN, UNSET, FieldChange
from provisioner.model.value import Placeholder, Sensitive, is_sensitive, walk
from provisioner.render.values import MASK

HIDDEN: Final = str(MASK)
"""The text that replaces a secret."""
CHANGED: Final = "(sensitive, changed)"
"""The text that replaces a secret on the desired side, if the live side does not contain the secret."""
UNPROVEN: Final = "(possibly sensitive)"
"""The text that replaces a live line that may contain an earlier secret."""

_SECRET: Final = frozenset({"headers", "authorization", "env"})
"""Keys of tools whose values may be credentials that somebody entered on the live side."""


def without_secrets(change: FieldChange) -> FieldChange:
    """Return a field with its secrets masked.

    `sensitive` of the result is true if a masked value differs between the sides.
    """
    live, desired = change.live, change.desired
    if not (change.sensitive or is_sensitive(live) or is_sensitive(desired)):
        return change
    there, wanted = _live(live, desired), _desired(desired, live)
    # The last applied text may contain an earlier secret, whose place only a Sensitive value knows.
    was = change.was if _says_nothing(change.was) else MASK
    if isinstance(change.was, Sensitive) or change.was == desired:
        was = _desired(change.was, UNSET)
    hidden = is_hidden(there) or is_hidden(wanted)
    return replace(change, live=there, desired=wanted, was=was, sensitive=hidden)


def is_hidden(value: Any) -> bool:
    """Return true if a masked value hides a part that may differ between the two sides."""
    if isinstance(value, str):
        return CHANGED in value or UNPROVEN in value
    if isinstance(value, Mapping):
        return any(map(is_hidden, value.values()))
    if isinstance(value, list | tuple):
        return any(map(is_hidden, value))
    return is_sensitive(value)


def without_credentials(value: Any) -> Any:
    """Return a copy of an undeclared value in which possible credentials are masked."""
    if isinstance(value, Mapping):
        return {
            key: _credential(item) if key in _SECRET else without_credentials(item)
            for key, item in value.items()
        }
    return [without_credentials(item) for item in value] if isinstance(value, list) else value


def _credential(value: Any) -> Any:
    """Return the mask for a credential. The keys of a mapping stay."""
    return dict.fromkeys(value, MASK) if isinstance(value, Mapping) else MASK


def _desired(desired: Any, live: Any) -> Any:
    """Return the desired side. A secret that the live text does not contain is marked as changed."""
    before = live.value if isinstance(live, Sensitive) else live
    text = before if isinstance(before, str) and not isinstance(before, Placeholder) else None
    return walk(desired, lambda leaf: _text(leaf, text) if isinstance(leaf, Sensitive) else leaf)


def _live(live: Any, desired: Any) -> Any:
    """Return the live side, of which only lines are shown that the desired side has too."""
    if _says_nothing(live):
        return live
    if isinstance(live, Sensitive):
        is_text = desired is UNSET or isinstance(desired, str) or _has_parts(desired)
        return _text(live, None) if is_text else MASK
    if isinstance(live, str) and (isinstance(desired, str) or _has_parts(desired)):
        return _by_lines(live, str(_desired(desired, live)).split("\n"))
    return MASK


def _text(leaf: Sensitive, before: str | None) -> Any:
    """Return a text with its secrets masked, or only the mask if the whole text is secret.

    A secret that the text `before` does not contain is marked as changed. If `before` is None, none
    is.
    """
    if not leaf.spans:
        return MASK
    told, end = "", 0
    for start, after in leaf.spans:
        secret = leaf.value[start:after]
        # The mask of an unchanged secret is equal on both sides, so the diff shows no change there.
        mask = HIDDEN if before is None or secret in before else CHANGED
        # An empty secret gets no mask, which would look like a secret that is set.
        told += leaf.value[end:start] + (mask if secret else "")
        end = after
    return told + leaf.value[end:]


def _by_lines(live: str, known: Container[str]) -> Any:
    """Return a live text in which each line is masked that is not in `known`, the desired lines."""
    # A line that the manifests have is no secret; any other may contain an older one.
    lines = [line if line in known else UNPROVEN for line in live.split("\n")]
    shows = any(line.strip() and line is not UNPROVEN for line in lines)
    return "\n".join(lines) if shows else MASK


def _has_parts(value: Any) -> bool:
    """Return true for a text of which only parts are secret."""
    return isinstance(value, Sensitive) and bool(value.spans)


def _says_nothing(value: Any) -> bool:
    """Return true for a value that cannot contain a secret, because it is no text."""
    return value is UNSET or value is NOT_KNOWN or isinstance(value, Placeholder)
