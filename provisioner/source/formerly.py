"""Check `metadata.formerly` over a whole folder: the names that resources had before a rename."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import names as codes
from provisioner.source import metadata_schema
from provisioner.source.draft import Draft

FORMER = re.compile(metadata_schema.FORMER_NAME)


def former_addresses(draft: Draft) -> tuple[Address, ...]:
    """Return the former addresses of a resource. Invalid names are left out: `check` reports them."""
    return tuple(address for _, address in _entries(draft))


def check_former(drafts: Mapping[Address, Draft], left_out: Collection[Address]) -> None:
    """Report each former name that a manifest still declares, or that two resources name.

    `left_out` are the addresses that the environment leaves out with `without`. They count as
    declared.
    """
    claimed: dict[Address, Draft] = {}
    for draft in drafts.values():
        for index, former in _entries(draft):
            place = ("metadata", "formerly", index)
            if detail := _why_not(former, draft, drafts, left_out):
                draft.report.error(draft.manifest, place, codes.FORMER_NAME_DECLARED, detail)
            elif (other := claimed.setdefault(former, draft)) is not draft:
                detail = (
                    f"`{former}` is also named as a former name at"
                    f" {other.manifest.position(place[:2], at_key=True)} by `{other.address}`, and"
                    " one object cannot become two. Remove it from one of the two."
                )
                draft.report.error(draft.manifest, place, codes.FORMER_NAME_TWICE, detail)


def _entries(draft: Draft) -> Iterable[tuple[int, Address]]:
    """Yield each valid entry of `formerly` as its index and the former address.

    For a row of a table, the former address names the same row of the former fleet.
    """
    names: Any = draft.manifest.metadata.get("formerly")
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and FORMER.fullmatch(name):
            former = Address(draft.address.kind, name)
            yield index, former.row(draft.address.key) if draft.address.key else former


def _why_not(
    former: Address,
    draft: Draft,
    drafts: Mapping[Address, Draft],
    left_out: Collection[Address],
) -> str:
    """Return why a former name cannot be used, in a full sentence; an empty text if it can."""
    if former == draft.address:
        return (
            f"`{former.name}` is the present name. `formerly` lists only names that the resource"
            " had before."
        )
    if former in drafts:
        place = drafts[former].manifest.position(("metadata", "name"))
        return (
            f"`{former}` is declared at {place}, so it was not renamed. Remove that document, or"
            f" take `{former.name}` out of `formerly`."
        )
    if former in left_out:
        return (
            f"`{former}` is declared, although this environment leaves it out with `without`."
            f" Remove `{former.name}` from `formerly`."
        )
    return ""
