"""Compares a saved plan with the live side, and reports each edit since the plan was made."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from provisioner.engine.saved import Saved, fingerprint
from provisioner.engine.sealing import MASKED
from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.remote import Live
from provisioner.model.schemas import NOWHERE, Schemas
from provisioner.model.value import same

DOCUMENTS = "documents"
"""The part of a fingerprint with the documents of a store, by path."""


def staleness(saved: Saved, live: Live) -> list[Diagnostic]:
    """Return an error for each live object that has changed since the plan was made."""
    objects = {(a, found.id): found for a, found in live.objects.items()}
    # Duplicates and older generations share their address with the current object.
    objects |= {(found.address, found.id): found for found in live.surplus if found.address}
    found = [
        Diagnostic(
            codes.EXISTS_NOW,
            "It did not exist when this plan was made. Plan again.",
            subject=str(address),
        )
        for address in saved.created
        if address in live.objects
    ]
    for key, before in saved.live.items():
        now = objects.get(key)
        desired = saved.desired.get(key[0])
        schemas = saved.schemas.get(key[0].kind, NOWHERE)
        fingerprinted = fingerprint(now, saved.salt, desired) if now else None
        found += changes_since(key[0], before, fingerprinted, schemas)
    # An object to which the plan only refers may have been replaced, and then has another id.
    for address, id in saved.pinned.items():
        if address not in live.objects or live.objects[address].id != id:
            found.append(
                Diagnostic(codes.OTHER_ID, f"It was {id}. Plan again.", subject=str(address))
            )
    return found


def changes_since(
    address: Address,
    before: Mapping[str, Any],
    now: Mapping[str, Any] | None,
    schemas: Schemas = NOWHERE,
) -> Iterator[Diagnostic]:
    """Yield an error for each place where two fingerprints of one object differ.

    `now` is None if the object no longer exists. `schemas` are the places where JSON Schemas begin
    in the spec.
    """
    if now is None:
        yield Diagnostic(
            codes.IS_GONE, "It existed when this plan was made. Plan again.", subject=str(address)
        )
        return
    inside = Schemas(tuple(("spec", *keys) for keys in schemas.patterns))
    names = sorted({*before, *now})
    places = [
        place
        for name in names
        for place in _changed_places(name, before, now, inside.below([name]))
    ]
    # The mark changes with every write. It is named only if nothing else shows the edit.
    for place in [place for place in places if place != "mark"] or places:
        old, new = (_lookup(side, place) for side in (before, now))
        name, _, path = place.partition(".")
        said = _of_document(path, old, new) if name == DOCUMENTS and path else _of(place, old, new)
        yield Diagnostic(
            codes.EDITED,
            f"{said}. Nothing was changed. Plan again and review it.",
            subject=str(address),
        )


def _of(place: str, old: Any, new: Any) -> str:
    was, is_ = _excerpts(old, new)
    return f"{place.removeprefix('spec.')} was {was} and is now {is_}"


def _of_document(path: str, old: Any, new: Any) -> str:
    """Return a clause about the change of one document, without digests, which do not help readers.

    A document is a list as `engine.documents.content_of` returns it: digest, attributes, status,
    id.
    """
    if old is None or new is None:
        return f"The document {path} was {'added' if old is None else 'removed'}"
    content, *others, id = zip(old, new, strict=True)
    if content[0] != content[1]:
        return f"The content of {path} was replaced (file {id[0]}, now {id[1]})"
    for what, values in zip(("attributes", "status"), others, strict=True):
        if values[0] != values[1]:
            was, is_ = _excerpts(*values)
            return f"The {what} of {path} changed from {was} to {is_}"
    return f"The document {path} was uploaded again (file {id[0]}, now {id[1]})"


def _changed_places(
    name: str, before: Mapping[str, Any], now: Mapping[str, Any], schemas: Schemas
) -> list[str]:
    was, is_ = before.get(name), now.get(name)
    if same(was, is_, schemas):
        return []
    if not (isinstance(was, Mapping) and isinstance(is_, Mapping)):
        return [name]
    keys = sorted({*was, *is_})
    return [
        f"{name}.{key}"
        for key in keys
        if not same(was.get(key), is_.get(key), schemas.below([key]))
    ]


def _lookup(side: Mapping[str, Any], place: str) -> Any:
    name, dot, key = place.partition(".")
    value = side.get(name)
    return value.get(key) if dot and isinstance(value, Mapping) else value


def _excerpts(old: Any, new: Any, around: int = 30, most: int = 160) -> tuple[str, str]:
    """Return two values as text.

    Long texts are cut to the part that differs and its surroundings.
    """
    texts = [_text(value) for value in (old, new)]
    if max(map(len, texts)) <= most:
        return texts[0], texts[1]
    start = _shared(*texts)
    end = min(_shared(*(text[::-1] for text in texts)), min(map(len, texts)) - start)
    first, second = (
        _window(text, start - around, len(text) - end + around, most) for text in texts
    )
    return first, second


def _text(value: Any) -> str:
    if isinstance(value, Mapping) and value.keys() == {MASKED}:
        return "a sensitive value"
    return "not set" if value is None else repr(value)


def _shared(left: str, right: str) -> int:
    """Return the number of equal characters at the beginning of two texts."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    )


def _window(text: str, start: int, end: int, most: int) -> str:
    start, end = max(start, 0), min(end, len(text))
    cut = text[start : min(end, start + most)]
    return f"{'…' if start else ''}{cut}{'…' if start + len(cut) < len(text) else ''}"
