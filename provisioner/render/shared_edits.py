"""Show an edit that many texts of a plan share only once, and name it at the other texts.

The texts of many assistants often have a part in common. If that part is edited, and some of the
texts are edited at another place too, `render.alike` does not group their changes. So the changed
lines that follow each other are compared by themselves here, as one edit: the first change that has
an edit shows it, and the other changes name the address of the first one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import groupby
from typing import Final, TypeAlias

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.text_change import Line, Span
from provisioner.render.alike import FEWEST, Group
from provisioner.render.comparing import texts_of
from provisioner.render.masking import is_hidden
from provisioner.render.prose import hunks
from provisioner.render.values import plural

Lines: TypeAlias = Sequence[Sequence[Line]]
Run: TypeAlias = tuple[tuple[str, tuple[Span, ...]], ...]
"""One edit: the sign and the spans of changed lines that follow each other, without their numbers."""

CHANGED: Final = "~"


@frozen
class SharedEdits:
    """The edits that texts of a plan share.

    `first` has the address at which each of them is shown. `others` has, by that address, the
    addresses of the changes that only name it. `compared` keeps the groups of lines of the texts
    that were compared, because a comparison takes long.
    """

    first: Mapping[Run, Address] = field(default_factory=dict)
    others: Mapping[Address, tuple[Address, ...]] = field(default_factory=dict)
    compared: Mapping[tuple[str, str], Lines] = field(default_factory=dict)

    def hunks(self, live: str, desired: str) -> Lines:
        """Return the changed lines of a text, in groups."""
        found = self.compared.get((live, desired))
        return [*hunks(live, desired)] if found is None else found

    def without_repeats(self, groups: Lines, address: Address) -> Lines:
        """Return groups of lines with one line in place of each edit that another address shows."""
        if not self.first:
            return groups
        shorter = ([*self._shorter(group, address)] for group in groups)
        return [_without_context(group) for group in shorter]

    def _shorter(self, group: Sequence[Line], address: Address) -> Iterator[Line]:
        for run, lines in _runs(group):
            shown = self.first.get(run, address) if run else address
            if shown == address:
                yield from lines
            else:
                # A line without text stands for the edit, so that its place is still seen.
                number = next((line.number for line in lines if line.number), 0)
                note = f"{plural(len(lines), 'changed line')} as in {shown}"
                yield Line(CHANGED, (), number, note)


def _without_context(group: Sequence[Line]) -> list[Line]:
    """Return a group without its unchanged lines if all its edits are shown at another address."""
    changed = [line for line in group if line.sign != " "]
    is_named = all(line.sign == CHANGED and not line.spans for line in changed)
    return changed if is_named else [*group]


NONE_SHARED: Final = SharedEdits()


def shared_edits(groups: Iterable[Group]) -> SharedEdits:
    """Return the edits that several groups share, in the order in which the groups are shown.

    An edit counts if FEWEST changes or more have it. One that hides a secret never counts, because
    nobody can see whether the secrets are the same.
    """
    compared: dict[tuple[str, str], Lines] = {}
    holders: dict[Run, list[Group]] = {}
    changes = Counter[Run]()
    for group in groups:
        texts = [one for each in group.first.fields if (one := texts_of(each.live, each.desired))]
        for both in texts:
            # A short text is one line of output and is not worth a reference to another address.
            if "\n" not in "".join(both):
                continue
            compared[both] = [*hunks(*both)]
            runs = {run for lines in compared[both] for run, _ in _runs(lines) if run}
            for run in runs:
                holders.setdefault(run, []).append(group)
                changes[run] += len(group.changes)
    first = {
        run: found[0].first.address
        for run, found in holders.items()
        # An edit of one group alone is shown once anyhow.
        if len(found) > 1 and changes[run] >= FEWEST
    }
    return SharedEdits(first, _others(first, holders), compared)


def _others(
    first: Mapping[Run, Address], holders: Mapping[Run, Sequence[Group]]
) -> dict[Address, tuple[Address, ...]]:
    found: dict[Address, dict[Address, None]] = {}
    for run, address in first.items():
        named = found.setdefault(address, {})
        for group in holders[run][1:]:
            named |= dict.fromkeys(change.address for change in group.changes)
    return {address: tuple(named) for address, named in found.items()}


def _runs(group: Sequence[Line]) -> Iterator[tuple[Run, list[Line]]]:
    """Yield (edit, its lines) for changed lines that follow each other, and ((), lines) for the others.

    Changed lines that have a note or hide a secret are no edit, because these are not compared.
    """
    for is_same, lines in groupby(group, key=lambda line: line.sign == " "):
        found = [*lines]
        may = not is_same and not any(line.note or is_hidden(line.text) for line in found)
        yield tuple((line.sign, line.spans) for line in found) if may else (), found
