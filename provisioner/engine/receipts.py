"""Makes the configuration for a receipt from the row of an object that will be deleted.

A receipt is what the ledger records of an object before it is deleted, so that it can be created
again. Everybody who can read the ledger can read a receipt, so it must contain no secret. A text
that may contain one is masked. A rollback takes the masked text from the manifests, or reports that
it is lost.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from provisioner.engine.live_objects import as_object
from provisioner.engine.odd import guarded
from provisioner.model import paths
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import tracked_key
from provisioner.model.provider import Row
from provisioner.model.value import Spec

MASKED: Final = "(sensitive)"
"""The text that replaces a possible secret."""
CREDENTIALS: Final = frozenset({"headers", "authorization", "env", "client_secret", "token"})
"""Keys whose values may be credentials that somebody entered directly."""


def without_secrets(
    row: Row, secrets: Collection[str], kind: Kind | None = None, binding: Binding | None = None
) -> dict[str, Any]:
    """Return a row as plain JSON data, without secrets.

    Three things are masked: the texts `secrets`, wherever they occur; the values of keys that are
    used for credentials; and every text of the fields that the mark of the row calls sensitive.
    """
    whole = frozenset(_marked_sensitive(row, kind, binding)) if kind and binding else frozenset()
    # Longer secrets go first, so that a secret inside of another one does not leave the rest of it
    # visible.
    known = sorted((text for text in secrets if text), key=len, reverse=True)
    masked: dict[str, Any] = _masked(row, known, whole)
    return masked


def masked_text(text: str, secrets: Collection[str]) -> str:
    """Return a text with each of the secrets masked."""
    # An empty secret would be found between any two characters.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASKED)
    return text


def is_masked(value: Any) -> bool:
    """Return true if a part of the value was masked."""
    if isinstance(value, str):
        return MASKED in value
    if isinstance(value, Mapping):
        return any(map(is_masked, value.values()))
    return isinstance(value, list | tuple) and any(map(is_masked, value))


def _masked(value: Any, secrets: Collection[str], whole: Collection[str]) -> Any:
    if isinstance(value, str):
        if value in whole:
            return MASKED
        for secret in secrets:
            value = value.replace(secret, MASKED)
        return value
    if isinstance(value, Mapping):
        return {
            str(key): _credential(item) if key in CREDENTIALS else _masked(item, secrets, whole)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(item, secrets, whole) for item in value]
    return value


def _credential(value: Any) -> Any:
    if not value:
        return value
    # The names stay, so that a person sees which headers must be set again.
    return dict.fromkeys(map(str, value), MASKED) if isinstance(value, Mapping) else MASKED


def _marked_sensitive(row: Row, kind: Kind, binding: Binding) -> Iterator[str]:
    """Yield the texts of the fields that the mark of a row calls sensitive."""
    # The manifest of a deleted object is often gone. Then only the mark says what is secret.
    mark = guarded(row, binding.mark_of)[0]
    if mark is None or not any(one.sensitive for one in mark.applied.values()):
        return
    spec = as_object(kind.name, row, mark, binding).spec
    for path, value in _fields(spec, kind):
        applied = mark.applied.get(tracked_key(path))
        if applied and applied.sensitive:
            yield from _texts(value)


def _fields(spec: Spec, kind: Kind) -> Iterator[tuple[str, Any]]:
    for name, value in spec.items():
        yield name, value
        if name in kind.split and isinstance(value, Mapping):
            for key, item in value.items():
                yield paths.render((name, str(key)), kind.keyed), item


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
