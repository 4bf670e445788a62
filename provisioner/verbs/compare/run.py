"""compare: find the differences between two environments, targets, runs or folders.

Nothing is changed.
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
    """Read both sides and return what differs, everywhere or at one address or term.

    Without `live` no request is sent: manifests are compared as they are resolved. Raises UsageError
    for a word that names no side, ManifestErrors, ProviderError or LedgerError.
    """
    sides = [read_side(options, one, live=live) for one in _words(options, first, second)]
    # What one side cannot tell of is compared with nothing, else it would be called missing there.
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
    known = read(replace(options, environment=None, target=None))
    if not known.targets and not all(Path(text).is_dir() for text in (first, second)):
        raise ManifestErrors(known.diagnostics)
    names = known.environments, known.targets
    return word(first, *names), word(second, *names)


def _chosen(resources: Desired, term: Address | None, unknown: Collection[str]) -> Desired:
    return {
        address: one
        for address, one in resources.items()
        if str(address) not in unknown and (term is None or address.is_meant_by(term))
    }
