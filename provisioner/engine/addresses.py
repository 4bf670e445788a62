"""Finds the address that a user means by a full address, a bare name, or an id.

`policy-qa` means `assistant.policy-qa` if no other resource has that name, and `asst_abc123` means
the address of our live object with that id. A text that matches no address, or several, is refused
with a message that lists the possible addresses.
"""

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from provisioner.model.address import ALL, Address
from provisioner.model.overrides import Overrides
from provisioner.model.remote import Live

NOTHING: Final = "no resource with that {} is declared, and no live object of ours has it."


def known_addresses(declared: Collection[Address], live: Live) -> frozenset[Address]:
    """Return every address that is declared, or that a live object of ours has."""
    surplus = {found.address for found in live.surplus if found.address}
    return frozenset(declared) | frozenset(live.objects) | surplus


def resolve(term: Address, declared: Collection[Address], live: Live) -> Address:
    """Return the address that `term` means. A term with a kind is returned unchanged.

    Raises ValueError if a term without a kind matches no address or several.
    """
    if not term.is_bare:
        return term
    known = known_addresses(declared, live)
    named = sorted(address for address in known if address.name == term.name)
    if len(named) > 1:
        choice = " or ".join(map(str, named))
        raise ValueError(f"{term} may be {choice}. Write the kind before the name.")
    # The id of a duplicate or of an older generation means its address too.
    ids = {found.id: found.address for found in live.surplus}
    ids |= {found.id: address for address, found in live.objects.items()}
    if found := next(iter(named), None) or ids.get(term.name):
        return found
    raise ValueError(f"{term} matches nothing: {suggestion(term, known)}")


def matching(term: Address, known: Collection[Address]) -> set[Address]:
    """Return the known addresses that `term` selects: an address, `kind.*` or `kind.name[*]`."""
    return {address for address in known if address.is_meant_by(term)}


def suggestion(term: Address, known: Collection[Address]) -> str:
    """Return the end of a message about a term that matches nothing.

    It suggests the most similar address, if one is similar.
    """
    # A name without its key means no row. The most similar address would be one row of many.
    rows = [a for a in known if a.base == term.name and a.key and term.kind in {"", a.kind}]
    if rows:
        meant = Address(rows[0].kind, rows[0].base).row(ALL)
        return (
            "a manifest with `for_each` declares it once for each row of its table. Write "
            f"{meant} for all rows."
        )
    same_kind = [address for address in known if address.kind == term.kind]
    names = {address.name: address for address in (known if term.is_bare else same_kind)}
    names = names or {str(address): address for address in known}
    near = get_close_matches(term.name if term.is_bare or same_kind else str(term), names, n=1)
    told = NOTHING.format("name or id" if term.is_bare else "address")
    return f"{told} Did you mean `{names[near[0]]}`?" if near else told


def resolved_overrides(
    overrides: Overrides, declared: Collection[Address], live: Live
) -> Overrides:
    """Return `overrides` with bare names and ids replaced by full addresses.

    Raises ValueError, which names the option, for an address that matches nothing. Such an address
    is a typing error: if it were ignored, the guard would refuse the plan without saying why.
    """
    known = known_addresses(declared, live)

    def each(option: str, terms: Collection[Address]) -> tuple[Address, ...]:
        found = []
        for term in terms:
            try:
                address = resolve(term, declared, live)
            except ValueError as error:
                raise ValueError(f"{option} {error}") from None
            if not matching(address, known):
                raise ValueError(f"{option} {term} matches nothing: {suggestion(address, known)}")
            found.append(address)
        return tuple(found)

    return replace(
        overrides,
        unprotect=each("--unprotect", overrides.unprotect),
        new_objects=each("--new-object", overrides.new_objects),
        replace=each("--replace", overrides.replace),
    )
