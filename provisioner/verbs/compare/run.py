"""compare: find the differences between two environments, targets, runs or folders.

Changes nothing.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from provisioner.engine.comparison import compared
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.comparison import Comparison
from provisioner.model.errors import ManifestErrors
from provisioner.model.resource import Desired
from provisioner.render.view import view_of_change
from provisioner.verbs._shared.session import RunOptions, read
from provisioner.verbs.compare.sides import read_side
from provisioner.verbs.compare.words import Word, word


def compare(
    options: RunOptions, first: str, second: str, address: Address | None = None, *, live: bool
) -> Comparison:
    """Read both sides and return the differences: everywhere, or at the addresses that `address` means.

    Without `live` no request is sent: manifests are compared with variables, files and patches
    filled in. Raises UsageError for a word that names no side, and ManifestErrors, ProviderError or
    LedgerError.
    """
    sides = [read_side(options, one, live=live) for one in _words(options, first, second)]
    # An address whose values one side does not know is left out. Otherwise it would be reported as
    # missing there.
    unknown = frozenset[str]().union(*(side.unknown for side in sides))
    before, after = (_chosen(side.resources, address, unknown) for side in sides)
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


def _chosen(resources: Desired, term: Address | None, unknown: Collection[str]) -> Desired:
    """Return the resources that are compared: those that `term` means, all of them for None.

    The addresses in `unknown` are left out.
    """
    return {
        address: one
        for address, one in resources.items()
        if str(address) not in unknown and (term is None or address.is_meant_by(term))
    }
