"""Show the fields of a change as a tree, in which a long text is shown side by side."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from typing import Any, Final

from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import (
    UNSET,
    Change,
    DocumentAction,
    DocumentChange,
    FieldChange,
    Reason,
)
from provisioner.model.resource import Part
from provisioner.model.value import encode
from provisioner.render.comparing import NOTES, changed_parts, headline, texts_of
from provisioner.render.html.markup import Markup, code, joined, table, tag, text
from provisioner.render.html.prose import diff_table
from provisioner.render.masking import CHANGED, HIDDEN
from provisioner.render.shared_edits import NONE_SHARED, SharedEdits
from provisioner.render.text_changes import BASIS, told
from provisioner.render.values import MASK, Values

SIDES: Final = ("Live", "Desired")
MOVED: Final = ("Last applied", "Live")
_READ: Final = ("Live, as the server parsed it", "The file in the folder")
LINE: Final = 100
"""The most columns of a value that is shown on one line. A longer one becomes a block."""
_ACTIONS: Final = {
    DocumentAction.ADD: "added",
    DocumentAction.CHANGE: "changed",
    DocumentAction.REMOVE: "removed",
}


@frozen
class Tree:
    """Shows the fields of a change as a tree.

    `values` prints desired values. `sides` are the headings of the left and the right value. An
    edit in `edits` is shown at one address only, and the other addresses name that one.
    """

    values: Values
    sides: tuple[str, str] = SIDES
    edits: SharedEdits = NONE_SHARED

    def change(self, change: Change) -> Markup:
        """Return the short fields as a tree, each long text as a diff, and the documents."""
        parts = change.desired.parts if change.desired else {}
        prose = {field.path: both for field in change.fields if (both := long_texts(field))}
        short = [field for field in change.fields if field.path not in prose]
        blocks = (
            [self._tree([(_keys(field.path), field) for field in short], top=True)] if short else []
        )
        for field in change.fields:
            if field.path in prose:
                both = prose[field.path]
                blocks += self._prose(field, both, parts.get(field.path, ()), change.address)
        if change.accepted:
            names = joined(map(code, change.accepted), ", ")
            blocks.append(tag("p", "Undeclared, and remembered as they are: ", names))
        if change.documents:
            blocks.append(_documents(change))
        return joined(blocks)

    def _prose(
        self,
        field: FieldChange,
        both: tuple[str, str],
        parts: Sequence[Part],
        address: Address,
    ) -> Iterator[Markup]:
        groups = self.edits.hunks(*both)
        changed = headline(groups) + changed_parts(groups, parts)
        yield tag("h3", code(field.path), f": {changed} ", _cause(field))
        shown = self.edits.without_repeats(groups, address)
        yield diff_table(shown, f"{field.path}, {' and '.join(self.sides)}", self.sides)

    def _tree(self, rows: Sequence[tuple[tuple[str, ...], FieldChange]], *, top: bool) -> Markup:
        """Return a list with an item for each first key of the paths.

        A key with only one key below it shares its item with that key: `a / b`.
        """
        branches: dict[str, list[tuple[tuple[str, ...], FieldChange]]] = {}
        for keys, field in rows:
            branches.setdefault(keys[0], []).append((keys[1:], field))
        items = [self._branch(name, below) for name, below in branches.items()]
        return tag("ul", *items, class_="tree" if top else False)

    def _branch(self, name: str, below: Sequence[tuple[tuple[str, ...], FieldChange]]) -> Markup:
        label = [name]
        # A schema is deeply nested, and a line for each lone key would hide the one that changed.
        while len(below) == 1 and below[0][0]:
            [(keys, field)] = below
            label.append(keys[0])
            below = [(keys[1:], field)]
        told = joined(map(code, label), " / ")
        inner = [row for row in below if row[0]]
        leaves = [self._leaf(field) for keys, field in below if not keys]
        return tag("li", told, *leaves, *([self._tree(inner, top=False)] if inner else []))

    def _leaf(self, field: FieldChange) -> Markup:
        live, desired = field.live, field.desired
        if live == MASK == desired:
            return joined([f": {HIDDEN} → {CHANGED} ", _cause(field)])
        sides = [
            (name, value, values)
            for name, value, values in (("del", live, Values()), ("ins", desired, self.values))
            if value is not UNSET
        ]
        if all(len(values.whole(value)) <= LINE for _, value, values in sides):
            told = joined([tag(name, v.whole(value)) for name, value, v in sides], " → ")
            return joined([": ", told, " ", _cause(field)])
        return joined([": ", _cause(field), _block(live, desired)])


def _keys(path: str) -> tuple[str, ...]:
    """Return the keys of a path. A path that cannot be parsed is one key."""
    try:
        return paths.parse(path)
    except ValueError:
        return (path,)


def long_texts(field: FieldChange) -> tuple[str, str] | None:
    """Return both texts of a field that is best shown side by side, else None."""
    both = texts_of(field.live, field.desired)
    if both and ("\n" in "".join(both) or max(map(len, both)) > LINE):
        return both
    return None


def _cause(field: FieldChange) -> Markup:
    note = NOTES.get(field.cause, "")
    return tag("span", note, class_="cause") if note else Markup("")


def _block(live: Any, desired: Any) -> Markup:
    """Return both values as lines of JSON, in which the lines that differ are marked."""
    before, after = ([] if side is UNSET else _lines(side) for side in (live, desired))
    rows = [
        tag("del" if line[0] == "-" else "ins", line[2:]) if line[0] in "-+" else text(line[2:])
        # Lines of `ndiff` that begin with `?` only point at letters of the line above.
        for line in ndiff(before, after)
        if not line.startswith("?")
    ]
    return tag("pre", joined(rows, Markup("\n")))


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split("\n")
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(encode(value), indent=2, ensure_ascii=False, default=str).split("\n")
    return [Values().whole(value)]


def _documents(change: Change) -> Markup:
    rows = []
    for document in change.documents:
        is_light = document.action is DocumentAction.CHANGE and not document.content
        notes = [document.note] if document.note else []
        notes += ["attributes only"] if is_light else []
        notes += [document.cause.value] if document.cause is not Reason.MANIFEST else []
        notes += [told(document.text)] if document.text else []
        rows.append((code(document.path), _ACTIONS[document.action], ", ".join(notes)))
    listed = table(("Document", "What happens", "Note"), rows, f"Documents of {change.address}")
    return joined([listed, *_texts(change.documents)])


def _texts(documents: Sequence[DocumentChange]) -> Iterator[Markup]:
    """Yield a diff for each document whose changed words are known."""
    for document in documents:
        if document.text and document.text.groups:
            caption = f"{document.path}, {' and '.join(_READ)}"
            yield tag("h3", code(document.path), f": {told(document.text)}")
            yield diff_table(document.text.groups, caption, _READ)
    if any(document.text and not document.text.missing for document in documents):
        yield tag("p", BASIS)
