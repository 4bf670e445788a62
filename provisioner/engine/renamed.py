"""Finds the live objects of renamed resources by the earlier addresses in their marks.

An object of ours gets a new address if no manifest declares its address and exactly one resource
lists it in `formerly`. The plan then treats the object as the live object of that resource, and
only its mark must be written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from provisioner.model.address import Address
from provisioner.model.binding import Binding, is_upload
from provisioner.model.codes import names as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.remote import RemoteDocument, RemoteObject
from provisioner.model.resource import Desired


@frozen
class Renamings:
    """The resources that the manifests rename, and their live objects.

    `formerly` has the earlier addresses of every resource that lists any. `addresses` maps the
    earlier address of an object to its new one. `staying` are earlier addresses whose release stays
    beside its successor, because applications still load it there. `refusals` has an error for each
    resource that is live at two addresses.
    """

    formerly: Mapping[Address, tuple[Address, ...]] = field(default_factory=dict)
    addresses: Mapping[Address, Address] = field(default_factory=dict)
    staying: frozenset[Address] = frozenset()
    refusals: tuple[Diagnostic, ...] = ()

    def applied(self, found: RemoteObject) -> RemoteObject:
        """Return the object as if it had been applied at its new address.

        Its documents and its file provenance have the new addresses of renamed Files. Its mark also
        gets all earlier addresses, because the digests in the mark were computed with these.
        """
        if not self.formerly or found.mark is None:
            return found
        before = found.mark.address
        now = self.addresses.get(before, before)
        return replace(
            found,
            mark=replace(found.mark, address=now, formerly=self.formerly),
            documents={path: self._named(each) for path, each in found.documents.items()},
            surplus_documents=tuple(self._named(each) for each in found.surplus_documents),
            file_provenance=tuple(
                replace(
                    provenance,
                    address=self.addresses[provenance.address],
                    formerly=provenance.address,
                )
                if provenance.address in self.addresses
                else provenance
                for provenance in found.file_provenance
            ),
            formerly=before if now != before else None,
        )

    def marked(self, found: RemoteObject) -> RemoteObject:
        """Return the object; `retained` is set if it stays at its earlier address beside its successor."""
        return replace(found, retained=True) if found.address in self.staying else found

    def _named(self, document: RemoteDocument) -> RemoteDocument:
        source = document.source
        if source is None or source not in self.addresses:
            return document
        return replace(document, source=self.addresses[source], formerly=source)


def renamings(
    ours: Iterable[RemoteObject], desired: Desired, bindings: Mapping[str, Binding]
) -> Renamings:
    """Return the renamings of our objects that have an earlier address of a declared resource.

    An upload has no mark of its own, so a File can always be renamed. A release is not renamed when
    the resource is published under its new path: the release at the earlier path then stays for the
    applications that load it there.
    """
    formerly = {a: r.formerly for a, r in desired.items() if r.formerly}
    if not formerly:
        return Renamings()
    there: dict[Address, list[RemoteObject]] = {}
    for found in ours:
        if found.address:
            there.setdefault(found.address, []).append(found)
    addresses: dict[Address, Address] = {}
    staying: set[Address] = set()
    refusals: list[Diagnostic] = []
    for now, before in formerly.items():
        # If two resources list one address, nobody can tell which of them its object became.
        free = [a for a in before if a not in desired and _is_claimed_once(a, formerly)]
        # No object has an upload's address in a mark of its own, so both cannot be live.
        if is_upload(now.kind, bindings):
            addresses |= dict.fromkeys(free, now)
            continue
        live = [address for address in free if address in there]
        if not live:
            continue
        if now in there and bindings[now.kind].history:
            staying.update(live)
        elif now in there and all(_is_older(there[a], there[now]) for a in live):
            # The objects at the earlier address were replaced after the renaming, so they are
            # orphans.
            continue
        elif now in there or len(live) > 1:
            origin = desired[now].origin
            both = [*live, *([now] if now in there else [])]
            refusals.append(
                Diagnostic(codes.BOTH_LIVE, _both(both, there), origin, subject=str(now))
            )
        else:
            addresses[live[0]] = now
    return Renamings(formerly, addresses, frozenset(staying), tuple(refusals))


def _is_claimed_once(address: Address, formerly: Mapping[Address, tuple[Address, ...]]) -> bool:
    return sum(address in names for names in formerly.values()) == 1


def _is_older(before: Iterable[RemoteObject], now: Iterable[RemoteObject]) -> bool:
    """Return true if every object in `before` has an earlier generation than the newest in `now`."""
    return max(map(_generation, before)) < max(map(_generation, now))


def _generation(found: RemoteObject) -> int:
    return found.mark.generation if found.mark else 1


def _both(addresses: Iterable[Address], there: Mapping[Address, list[RemoteObject]]) -> str:
    named = " and ".join(
        f"{address} ({', '.join(sorted(found.id for found in there[address]))})"
        for address in addresses
    )
    return (
        f"{named} are live, so it is not known which of them is meant. Remove the address "
        "that is not meant from metadata.formerly. Then declare it as a resource of its own, or let "
        "the plan delete its object."
    )
