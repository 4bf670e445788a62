"""Defines the places of a mark on a live object: its metadata, or a text if it has no metadata.

In a text, the mark is in brackets at the end, so that people can still read the text: `Order desk
[provisioner k3v9q0x7dp/default order-desk mQ3xZa91b2c]`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.mark import KEYS, VALUE_LIMIT, Mark
from provisioner.model.provider import Body, Row
from provisioner.model.schemas import MAPPINGS
from provisioner.model.value import Spec, revealed

# The first pattern also matches a mark that somebody has cut short. If it stayed in the text, the next
# write would put a second mark after it.
_REST = re.compile(r"\s*\[provisioner\b[^\[\]]*(\]\s*)?\Z")
_MARKED = re.compile(r"(?P<text>.*?)\s*\[provisioner (?P<mark>[^\[\]]*)\]\s*", re.DOTALL)


@frozen
class MarkLocation:
    """The functions that read a mark from a row and write it into a request body.

    They must be pure.
    """

    read: Callable[[Row], Mark | None]
    """Returns the mark of a row, None if it has no readable mark. It must not raise."""

    write: Callable[[Body, Spec, Mapping[str, Any], Mark], Body]
    """Returns the body of a request with the mark added.

    The arguments are the body, the desired spec, the live metadata and the mark. The function must
    keep the metadata of others. It must raise ProvisionerError if the mark does not fit, and must
    never write a part of a mark.
    """

    room: Callable[[Spec, Mark], int] = lambda _spec, _mark: VALUE_LIMIT
    """Returns the number of characters that are left for digests beside the spec and the rest of the mark."""

    excess: Callable[[Spec, Mark], int] = lambda _spec, _mark: 0
    """Returns the number of characters by which spec and mark are too long.

    Above 0, the plan is refused.
    """

    in_metadata: bool = False
    """True if the mark is in the metadata.

    In a text, a mark has no room for settings, or to record `prevent_destroy`.
    """

    clear: Callable[[Spec, Mapping[str, Any]], Body] | None = None
    """Returns the body of an update that removes the mark, from the live spec and the live metadata.

    None if the mark is a part of the content and cannot be removed.
    """


def _read_metadata(row: Row) -> Mark | None:
    metadata = row.get("metadata")
    return Mark.from_metadata(metadata) if isinstance(metadata, MAPPINGS) else None


def _write_metadata(body: Body, spec: Spec, others: Mapping[str, Any], mark: Mark) -> Body:
    """Return the body with the complete metadata, because an update replaces all of it.

    `others` is the metadata of the live object, from which the keys of other people are kept.
    """
    theirs = {key: value for key, value in others.items() if key not in KEYS}
    ours = {**revealed(spec.get("metadata") or {}), **mark.to_metadata()}
    return {**body, "metadata": {**theirs, **ours}}


def _clear_metadata(_spec: Spec, metadata: Mapping[str, Any]) -> Body:
    return {"metadata": {key: value for key, value in metadata.items() if key not in KEYS}}


IN_METADATA = MarkLocation(_read_metadata, _write_metadata, in_metadata=True, clear=_clear_metadata)
"""The location of the mark of most kinds: four keys of the object's metadata."""


def in_text(field: str, kind: str, longest: int) -> MarkLocation:
    """Return the location in the text `field`, for a kind without metadata.

    The text may have `longest` characters, the mark included.
    """

    def read(row: Row) -> Mark | None:
        return mark_in(str(row.get(field) or ""), kind)

    def text(spec: Spec) -> str:
        return str(revealed(spec.get(field) or ""))

    def write(body: Body, spec: Spec, _others: Mapping[str, Any], mark: Mark) -> Body:
        return {**body, field: marked(text(spec), mark, longest)}

    def room(spec: Spec, mark: Mark) -> int:
        # The 1 is the space before the first digest.
        return longest - len(beside(text(spec), replace(mark, applied={}))) - 1

    return MarkLocation(
        read,
        write,
        room,
        excess=lambda spec, mark: len(beside(text(spec), mark)) - longest,
        clear=lambda spec, _metadata: {field: text(spec)},
    )


def beside(text: str, mark: Mark) -> str:
    """Return the text with the mark after it, however long the result is."""
    return f"{text} [provisioner {mark.to_text()}]".strip()


def marked(text: str, mark: Mark, longest: int) -> str:
    """Return the text with the mark after it. Raises ProvisionerError if the result is too long."""
    whole = beside(text, mark)
    if len(whole) > longest:
        raise ProvisionerError(no_room(mark.address, len(whole) - longest))
    return whole


def no_room(address: Address, excess: int) -> Diagnostic:
    detail = (
        "Objects of this kind have no metadata, so the mark follows a text, and both together are"
        f" {excess} characters too long. Shorten the text, or the name of the resource."
    )
    return Diagnostic(codes.NO_ROOM_FOR_MARK, detail, subject=str(address))


def mark_in(text: str, kind: str) -> Mark | None:
    """Return the mark at the end of a text of an object of this kind.

    Return None if there is no readable mark.
    """
    found = _MARKED.fullmatch(text)
    return Mark.from_text(found["mark"], kind) if found else None


def unmarked(text: str) -> str:
    """Return the text without the mark at its end, even if the mark is damaged."""
    found = _MARKED.fullmatch(text)
    return found["text"] if found else _REST.sub("", text)
