"""Group the changes of a plan that do the same, so that a plan shows them once.

Two changes do the same if they have equal actions, reasons, field paths, causes and values. For a
long text, only the removed and added lines are compared. The resources of one table often differ
only in the values of their rows, so those values are replaced by placeholders before the
comparison. A change with a hidden secret is never grouped, because the secrets may differ.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change, FieldChange
from provisioner.model.resource import Part
from provisioner.model.value import Placeholder, Reference
from provisioner.render.masking import is_hidden

FEWEST: Final = 3
"""The fewest changes that are shown as one group."""
_SHORTEST: Final = 3
"""The fewest characters of a row's value that is replaced by its placeholder inside a longer text.
Shorter values are not replaced there, because they occur in many other words."""


@frozen
class Group:
    """Changes that do the same, in the order of the plan. Most groups have one change.

    `by_row` is true if the changes differ, but only in the values of their rows.
    """

    changes: tuple[Change, ...]
    by_row: bool = False

    @property
    def first(self) -> Change:
        return self.changes[0]

    @property
    def others(self) -> tuple[Change, ...]:
        return self.changes[1:]


def grouped(changes: Sequence[Change], *, by_row: bool = True) -> list[Group]:
    """Return the changes in groups, each at the place of its first change.

    Deletes, forgets and blocked changes are always alone, because each needs a line of its own. With `by_row`,
    changes that differ only in the values of their rows are grouped too.
    """
    exact = _groups(changes, by_row=False)
    if not by_row:
        return [*_in_order(exact.values(), changes)]
    # Equal changes are grouped first: only what they leave over may differ by the values of rows,
    # because the reader is told which of the two a group is.
    alone = [one for group in exact.values() for one in group if len(group) < FEWEST]
    rows = _groups([one for one in alone if _row(one)], by_row=True)
    taken = {id(one) for group in rows.values() if len(group) >= FEWEST for one in group}
    groups = [group for group in exact.values() if not any(id(one) in taken for one in group)]
    left = [
        [one]
        for group in exact.values()
        if any(id(one) in taken for one in group)
        for one in group
        if id(one) not in taken
    ]
    return [
        *_in_order(
            [*groups, *left, *(group for group in rows.values() if len(group) >= FEWEST)],
            changes,
            {id(group[0]) for group in rows.values() if len(group) >= FEWEST},
        )
    ]


def _in_order(
    groups: Iterable[Sequence[Change]], changes: Sequence[Change], by_row: Iterable[int] = ()
) -> Iterator[Group]:
    """Yield the groups in the order of their first changes. Groups that are too small are split up.

    `by_row` has the `id()` of the first change of each group that was formed by rows.
    """
    place = {id(change): index for index, change in enumerate(changes)}
    whole = set(by_row)
    found = []
    for group in groups:
        if len(group) >= FEWEST:
            found.append(Group(tuple(group), id(group[0]) in whole))
        else:
            found += [Group((one,)) for one in group]
    yield from sorted(found, key=lambda group: place[id(group.first)])


def _groups(changes: Iterable[Change], *, by_row: bool) -> dict[Hashable, list[Change]]:
    """Return the changes by their keys, which are equal for changes that do the same.

    With `by_row`, the values that a change has from its row of a `for_each` table are replaced by
    placeholders in its key, so that the members of a fleet have equal keys.
    """
    found: dict[Hashable, list[Change]] = {}
    for change in changes:
        row = _row(change) if by_row else ()
        found.setdefault(_key(change, row), []).append(change)
    return found


def _row(change: Change) -> tuple[tuple[str, str], ...]:
    """Return each value of the change's row with its placeholder, the longest value first.

    Longer values come first, because a shorter one may be a part of them.
    """
    row: Mapping[str, str] = change.desired.row if change.desired else {}
    columns = {change.address.key: "key"} if row and change.address.key else {}
    columns |= {value: name for name, value in row.items() if value not in columns and value}
    ordered = sorted(columns.items(), key=lambda item: (-len(item[0]), item[1]))
    return tuple((value, f"${{each.{name}}}") for value, name in ordered)


def _key(change: Change, row: Sequence[tuple[str, str]]) -> Hashable:
    """Return a key that is equal for changes that do the same, and unique for a change that is in no group."""
    hidden = any(
        one.sensitive or is_hidden(one.live) or is_hidden(one.desired) for one in change.fields
    )
    if change.action in (Action.DELETE, Action.FORGET) or hidden or change.blocked:
        # No other change has this key.
        return id(change)
    base = change.address.base if row else ""
    parts = change.desired.parts if change.desired else {}
    return (
        (change.address.kind, base, change.action, change.reason),
        tuple(_field(field, row, parts.get(field.path, ())) for field in change.fields),
        tuple(
            (_text(one.path, row), one.action, one.cause, one.content, one.note)
            for one in change.documents
        ),
        change.referrers,
        change.accepted,
        change.rolled_back_to,
    )


def _field(field: FieldChange, row: Sequence[tuple[str, str]], parts: Sequence[Part]) -> Hashable:
    """Return the part of a change's key for one field."""
    live, desired = field.live, field.desired
    head = (_text(field.path, row), field.cause)
    if _is_text(live) and _is_text(desired):
        before, after = (_text(side, row).split("\n") for side in (live, desired))
        start, went, came = _trimmed(before, after)
        # The same lines in another part of a text count as another change.
        part = next((p.name for p in reversed(parts) if p.line <= start + 1), "")
        return (*head, part, went, came)
    return (*head, _frozen(live, row), _frozen(desired, row))


def _trimmed(
    live: Sequence[str], desired: Sequence[str]
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Return the number of equal lines at the start, and the lines of each text that differ."""
    start, most = 0, min(len(live), len(desired))
    while start < most and live[start] == desired[start]:
        start += 1
    end = 0
    while end < most - start and live[-1 - end] == desired[-1 - end]:
        end += 1
    return start, tuple(live[start : len(live) - end]), tuple(desired[start : len(desired) - end])


def _frozen(value: Any, row: Sequence[tuple[str, str]]) -> Hashable:
    """Return a hashable form of a value, in which the row's values are placeholders."""
    if isinstance(value, dict):
        return tuple((key, _frozen(item, row)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(item, row) for item in value)
    if isinstance(value, Reference):
        return ("ref", _text(str(value), row))
    if isinstance(value, str):
        return _text(value, row)
    # A table has only texts, so a number that came from a row is recognised by its text.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (dict(row).get(str(value)) if is_number else None) or repr(value)


def _text(text: str, row: Sequence[tuple[str, str]]) -> str:
    """Return a text in which the row's values are placeholders."""
    for value, name in row:
        if text == value:
            return name
        if len(value) >= _SHORTEST:
            text = text.replace(value, name)
    return text


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Placeholder)
