"""Take the secrets out of the two sides of a field. Only `render.view` asks for it.

Only the secret parts of a text are masked, so that the words around them can be reviewed. Where an
older secret may stand in a live text at a place that nobody knows, only those lines of the text are
shown that the manifests hold too.
"""

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any, Final

from provisioner.model.plan import NOT_KNOWN, UNSET, FieldChange
from provisioner.model.value import Placeholder, Sensitive, is_sensitive, walk
from provisioner.render.values import MASK

HIDDEN: Final = str(MASK)
"""Stands in a text for a secret."""
CHANGED: Final = "(sensitive, changed)"
"""Stands in a desired text for a secret that is another one than the live text has."""
UNPROVEN: Final = "(possibly sensitive)"
"""Stands for a line of a live text that may hold a secret of before."""

_SECRET: Final = frozenset({"headers", "authorization", "env"})
"""Keys of tools whose values may be credentials that somebody wrote down by hand."""


def without_secrets(change: FieldChange) -> FieldChange:
    """Return the field as it may be shown. `sensitive` is true where a hidden value differs."""
    live, desired = change.live, change.desired
    if not (change.sensitive or is_sensitive(live) or is_sensitive(desired)):
        return change
    there, wanted = _live(live, desired), _desired(desired, live)
    was = change.was if _says_nothing(change.was) else MASK
    if isinstance(change.was, Sensitive) or change.was == desired:
        was = _desired(change.was, UNSET)
    hidden = is_hidden(there) or is_hidden(wanted)
    return replace(change, live=there, desired=wanted, was=was, sensitive=hidden)


def is_hidden(value: Any) -> bool:
    """Return whether a shown value hides something that may differ."""
    if isinstance(value, str):
        return CHANGED in value or UNPROVEN in value
    if isinstance(value, Mapping):
        return any(map(is_hidden, value.values()))
    if isinstance(value, list | tuple):
        return any(map(is_hidden, value))
    return is_sensitive(value)


def without_credentials(value: Any) -> Any:
    """Return a copy of an undeclared value without what may be a credential of somebody else."""
    if isinstance(value, Mapping):
        return {
            key: _credential(item) if key in _SECRET else without_credentials(item)
            for key, item in value.items()
        }
    return [without_credentials(item) for item in value] if isinstance(value, list) else value


def _credential(value: Any) -> Any:
    return dict.fromkeys(value, MASK) if isinstance(value, Mapping) else MASK


def _desired(desired: Any, live: Any) -> Any:
    """Return the desired side. A secret that the live text does not hold is marked as changed."""
    before = live.value if isinstance(live, Sensitive) else live
    text = before if isinstance(before, str) and not isinstance(before, Placeholder) else None
    return walk(desired, lambda leaf: _text(leaf, text) if isinstance(leaf, Sensitive) else leaf)


def _live(live: Any, desired: Any) -> Any:
    if _says_nothing(live):
        return live
    if isinstance(live, Sensitive):
        is_text = desired is UNSET or isinstance(desired, str) or _has_parts(desired)
        return _text(live, None) if is_text else MASK
    if isinstance(live, str) and (isinstance(desired, str) or _has_parts(desired)):
        return _by_lines(live, str(_desired(desired, live)).split("\n"))
    return MASK


def _text(leaf: Sensitive, before: str | None) -> Any:
    """Return a text around its secrets, or the mask where the whole text is one."""
    if not leaf.spans:
        return MASK
    told, end = "", 0
    for start, after in leaf.spans:
        secret = leaf.value[start:after]
        mask = HIDDEN if before is None or secret in before else CHANGED
        told += leaf.value[end:start] + (mask if secret else "")
        end = after
    return told + leaf.value[end:]


def _by_lines(live: str, known: Container[str]) -> Any:
    """Return a live text that shows only the lines that the manifests hold too."""
    lines = [line if line in known else UNPROVEN for line in live.split("\n")]
    shows = any(line.strip() and line is not UNPROVEN for line in lines)
    return "\n".join(lines) if shows else MASK


def _has_parts(value: Any) -> bool:
    return isinstance(value, Sensitive) and bool(value.spans)


def _says_nothing(value: Any) -> bool:
    return value is UNSET or value is NOT_KNOWN or isinstance(value, Placeholder)
