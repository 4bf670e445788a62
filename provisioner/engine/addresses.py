"""Addresses as people give them: whole, or a bare name or an id that means one of them.

`policy-qa` means `assistant.policy-qa` where no other resource has that name, and `asst_abc123` means
the address of our live object with that id. A text that means no address, or more than one, is
refused with a message that lists the addresses that may have been meant.
"""

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from provisioner.model.address import ALL, Address
from provisioner.model.overrides import Overrides
from provisioner.model.remote import Live

NOTHING: Final = "nothing of that {} is declared, nor live and ours."


def known_addresses(declared: Collection[Address], live: Live) -> frozenset[Address]:
    """Return every address that is declared, or that a live object of ours has."""
    surplus = {found.address for found in live.surplus if found.address}
    return frozenset(declared) | frozenset(live.objects) | surplus


def resolve(term: Address, declared: Collection[Address], live: Live) -> Address:
    """Return the address that `term` means; `term` itself where it names its kind.

    Raises ValueError where a bare term means nothing, or more than one address.
    """
    if not term.is_bare:
        return term
    known = known_addresses(declared, live)
    named = sorted(address for address in known if address.name == term.name)
    if len(named) > 1:
        choice = " or ".join(map(str, named))
        raise ValueError(f"{term} may be {choice}. Write the kind before the name.")
    ids = {found.id: found.address for found in live.surplus}
    ids |= {found.id: address for address, found in live.objects.items()}
    if found := next(iter(named), None) or ids.get(term.name):
        return found
    raise ValueError(f"{term} matches nothing: {suggestion(term, known)}")


def matching(term: Address, known: Collection[Address]) -> set[Address]:
    """Return the addresses that `term` means: itself, `kind.*`, or `kind.name[*]` of a fleet."""
    return {address for address in known if address.is_meant_by(term)}


def suggestion(term: Address, known: Collection[Address]) -> str:
    """Return a sentence for a term that matches nothing: what it lacks, or the nearest address."""
    rows = [a for a in known if a.base == term.name and a.key and term.kind in {"", a.kind}]
    if rows:
        meant = Address(rows[0].kind, rows[0].base).row(ALL)
        return f"it is declared once for each row of a table. Write {meant} for all rows."
    same_kind = [address for address in known if address.kind == term.kind]
    names = {address.name: address for address in (known if term.is_bare else same_kind)}
    names = names or {str(address): address for address in known}
    near = get_close_matches(term.name if term.is_bare or same_kind else str(term), names, n=1)
    told = NOTHING.format("name or id" if term.is_bare else "address")
    return f"{told} Did you mean `{names[near[0]]}`?" if near else told


def resolved_overrides(
    overrides: Overrides, declared: Collection[Address], live: Live
) -> Overrides:
    """Return `overrides` with whole addresses.

    Raises ValueError, which names the option, for an address that means nothing here. Such an
    address is a typing error: if it were ignored, the guard that it was meant to lift would refuse
    the plan, and the message would not say why.
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
