"""compare: find the differences between two environments, targets, runs or folders.

Changes nothing.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from provisioner.engine.addresses import matching
from provisioner.engine.comparison import compared
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.comparison import Comparison
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ManifestErrors, UsageError
from provisioner.model.resource import Desired
from provisioner.render.view import view_of_change
from provisioner.source.suggest import did_you_mean
from provisioner.verbs._shared.session import RunOptions, read
from provisioner.verbs.compare.sides import read_side
from provisioner.verbs.compare.words import Word, word


def compare(
    options: RunOptions, first: str, second: str, address: Address | None = None, *, live: bool
) -> Comparison:
    """Read both sides and return the differences: everywhere, or at the addresses that `address` means.

    Without `live` no request is sent: manifests are compared with variables, files and patches
    filled in. Raises UsageError for a word that names no side and for an address that neither side
    has, and ManifestErrors, ProviderError or LedgerError.
    """
    sides = [read_side(options, one, live=live) for one in _words(options, first, second)]
    # An address whose values one side does not know is left out. Otherwise it would be reported as
    # missing there.
    unknown = frozenset[str]().union(*(side.unknown for side in sides))
    known = {one for side in sides for one in side.resources} | set(map(Address.parse, unknown))
    term = address and _meant(address, known)
    before, after = (_chosen(side.resources, term, unknown) for side in sides)
    changes, alike = compared(before, after, KINDS)
    return Comparison(
        sides[0].side,
        sides[1].side,
        tuple(map(view_of_change, changes)),
        alike,
        tuple(dict.fromkeys(one for side in sides for one in side.diagnostics)),
    )


def _words(options: RunOptions, first: str, second: str) -> tuple[Word, Word]:
    """Return the sides that the two words name."""
    known = read(replace(options, environment=None, target=None))
    if not known.targets and not all(Path(text).is_dir() for text in (first, second)):
        raise ManifestErrors(known.diagnostics)
    names = known.environments, known.targets
    return word(first, *names), word(second, *names)


def _meant(term: Address, known: Collection[Address]) -> Address:
    """Return the whole address or the term that a user means, among the addresses of both sides.

    Raises UsageError if neither side has such an address, or if a bare name means several: that
    nothing differs would otherwise be said of a misspelled address.
    """
    named = sorted(one for one in known if one.name == term.name) if term.is_bare else []
    if len(named) > 1:
        detail = f"{term} may be {' or '.join(map(str, named))}. Write the kind before the name."
        raise UsageError(Diagnostic(codes.NO_SUCH_ADDRESS, detail))
    if named or matching(term, known):
        return named[0] if named else term
    near = did_you_mean(str(term), map(str, known))
    detail = f"{term} matches nothing: neither side has a resource at this address.{near}"
    raise UsageError(Diagnostic(codes.NO_SUCH_ADDRESS, detail))


def _chosen(resources: Desired, term: Address | None, unknown: Collection[str]) -> Desired:
    """Return the resources that are compared: those that `term` means, all of them for None.

    The addresses in `unknown` are left out.
    """
    return {
        address: one
        for address, one in resources.items()
        if str(address) not in unknown and (term is None or address.is_meant_by(term))
    }
