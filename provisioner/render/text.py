"""Render plans as text for people."""

from collections.abc import Iterable, Iterator, Sequence

from provisioner.engine.diff import RENAMED
from provisioner.engine.keeping import named
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change, DocumentAction, DocumentChange, Plan, Reason
from provisioner.model.value import references
from provisioner.render.alike import Group, grouped
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.dropped import dropped_text, rows_of
from provisioner.render.fields import ALIKE_FOLD, FOLD, INDENT, Fields
from provisioner.render.look_first import look_first_text
from provisioner.render.palette import OF_ACTION, OF_SIGN, Palette, Style
from provisioner.render.shared_edits import NONE_SHARED, SharedEdits, shared_edits
from provisioner.render.tally import ADOPT, counts_told, nothing_told, overwritten_told
from provisioner.render.text_changes import BASIS, told
from provisioner.render.undeclared import foreign_text, undeclared_text
from provisioner.render.values import Values, plural
from provisioner.render.view import View
from provisioner.render.visible import visible
from provisioner.render.widths import columns

LISTED = 20
"""The most documents of one vector store that are listed. The others are counted."""

ALIKE = 20
"""The most rows that are shown for a group of changes. At most LISTED of its addresses are named."""

_ADDRESS_ROWS = 4
"""The fewest rows of addresses that a group shows."""

CREATES = 50
"""The most creates that are shown field by field if long values are folded."""

MOST_CREATES = 500
"""The most creates that are shown field by field if nothing is folded, as in a log."""

MOST_CHANGES = 50
"""The most changes that a brief text shows. More are only counted."""

_WIDEST_PATH = 24
"""The widest path, in columns, to which the values of a change are aligned."""

REASONS = {
    Reason.DRIFT: "drift: changed on the live side",
    Reason.BOTH: "both: changed in the manifest and on the live side",
    Reason.ORPHAN: "orphan: no manifest declares it",
    Reason.DUPLICATE: "duplicate: another live object stands for this address",
    Reason.EXPIRED: "expired: the server let it lapse",
    Reason.RETIRED: "retired: only old releases named it",
    Reason.MIGRATED: "migrated: it lives on another target now",
    Reason.RENAMED: "renamed: a File that it holds had another address before",
    Reason.LEAK: "leak: nothing needs it",
}
"""The words for the reason of a change."""

_MADE = {Action.CREATE: "created", Action.REPLACE: "replaced"}

_DOCUMENT_SIGNS = {
    DocumentAction.ADD: "+",
    DocumentAction.CHANGE: "~",
    DocumentAction.REMOVE: "-",
}


def plan_text(
    plan: View,
    *,
    colour: bool = False,
    width: int = 100,
    all_documents: bool = False,
    whole_texts: bool = False,
    brief: bool = False,
) -> str:
    """Return the whole plan. The last line is the summary, or the digest.

    `width` is in terminal columns. `whole_texts` shows every changed line of long texts.
    `all_documents` does so as well, and shows every document of every vector store. With `brief`,
    more than MOST_CHANGES changes are only counted, and only objects that go are named.
    """
    paint = Palette(colour)
    if brief and not all_documents and len(plan.changes) > MOST_CHANGES:
        changes = ["\n".join(_counted(plan, paint))]
    else:
        groups = grouped(plan.changes, by_row=not all_documents)
        # With `--all` every change is printed whole, so nothing refers to another address.
        edits = NONE_SHARED if all_documents else shared_edits(groups)
        sheet = _Sheet(plan, paint, width, all_documents, edits)
        changes = ["\n".join(sheet.group(group, whole=whole_texts)) for group in groups]
    sections = [
        head_text(plan, paint),
        look_first_text(plan, paint, None if whole_texts else width, everything=all_documents),
        *changes,
        undeclared_text(plan.undeclared, paint, width, everything=all_documents),
        foreign_text(plan.foreign_documents, paint),
        dropped_text(plan, paint, width, everything=all_documents),
        diagnostics_text(plan.diagnostics, colour=colour),
        "\n".join([*_left_alone(plan, paint), *_summary(plan, paint)]),
        f"{paint(Style.DIM, 'Digest:')} {visible(plan.digest)}" if plan.digest else "",
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def head_text(plan: Plan, paint: Palette) -> str:
    """Return the head of a plan: its owner, and the target that was read for it."""
    stack = f"{plan.stack}, environment {plan.environment}" if plan.environment else plan.stack
    project = f"project {plan.project}" if plan.project else ""
    target = " · ".join(filter(None, [plan.target, plan.host, project]))
    rows = (("Stack ", stack), ("Target", target))
    return "\n".join(f"{paint(Style.STRONG, name)}  {visible(text)}" for name, text in rows)


@frozen
class _Sheet:
    """Prints the changes of one plan. `edits` are the edits that several of its texts share."""

    plan: View
    paint: Palette
    width: int
    everything: bool
    edits: SharedEdits

    def group(self, group: Group, *, whole: bool) -> Iterator[str]:
        """Yield the first change of a group in full, and the addresses of the other changes.

        With `whole`, no long text is cut.
        """
        fold = (ALIKE_FOLD if group.others else FOLD) if not (self.everything or whole) else None
        first = [*self.change(group.first, fold=fold)]
        yield from first
        yield from self._elsewhere(self.edits.others.get(group.first.address, ()))
        if not group.others:
            return
        but = ", each with the values of its row," if group.by_row else ""
        told = f"the same change{but} in {len(group.others):,} more:"
        listed = group.others if self.everything else group.others[:LISTED]
        names = _listed(change.address for change in listed)
        rows = rows_of(names, len(INDENT) + columns(told) + 1, self.width - 1)
        room = max(ALIKE - len(first) - len(("… and more",)), _ADDRESS_ROWS)
        shown = rows if self.everything else rows[:room]
        for index, row in enumerate(shown):
            start = self.paint(Style.DIM, f"{told} ") if not index else ""
            yield f"{INDENT}{start}{' '.join(row)}"
        if rest := len(group.others) - sum(map(len, shown)):
            yield f"{INDENT}{self.paint(Style.DIM, f'… and {rest:,} more (--all)')}"

    def _elsewhere(self, addresses: Sequence[Address]) -> Iterator[str]:
        """Yield lines that list `addresses`: the other changes that make some of the same edits."""
        if not addresses:
            return
        told = f"some of these edits are also in {plural(len(addresses), 'other change')}:"
        yield f"{INDENT}{self.paint(Style.DIM, told)}"
        rows = rows_of(_listed(addresses[:LISTED]), len(INDENT), self.width - 1)
        yield from (f"{INDENT}{' '.join(row)}" for row in rows)
        if rest := len(addresses[LISTED:]):
            yield f"{INDENT}{self.paint(Style.DIM, f'… and {rest:,} more (--all)')}"

    def change(self, change: Change, *, fold: int | None) -> Iterator[str]:
        plan, paint = self.plan, self.paint
        # A create shows all of its fields, so thousands of creates would hide every other change.
        many = CREATES if fold else MOST_CREATES
        short = change.action is Action.CREATE and len(plan.made) > many and not self.everything
        yield _heading(change, plan, paint) + (_in_short(change, paint) if short else "")
        if change.referrers:
            yield f"{INDENT}{paint(Style.DIM, visible(f'kept, because {named(change.referrers)}'))}"
        if change.proof:
            yield f"{INDENT}{paint(Style.DIM, visible(change.proof))}"
        if change.blocked:
            yield f"{INDENT}{paint(Style.RED, visible(f'cannot be applied: {change.blocked}'))}"
        if change.action not in (Action.DELETE, Action.FORGET) and not short:
            yield from self._content(change, fold)

    def _content(self, change: Change, fold: int | None) -> Iterator[str]:
        """Yield the fields and documents of a change, and what is known of its cost."""
        paint = self.paint
        paths = [columns(visible(field.path)) for field in change.fields]
        path_width = max((n for n in paths if n <= _WIDEST_PATH), default=0)
        parts = change.desired.parts if change.desired else {}
        values = Values(self.plan.made.keys())
        fields = Fields(
            values, paint, self.width, path_width, fold, parts, self.edits, change.address
        )
        for field in change.fields:
            yield from fields.lines(field)
        for accepted in change.accepted:
            note = paint(Style.DIM, "# undeclared: remembered as it is")
            yield f"{INDENT}= {visible(accepted)}  {note}"
        most = None if self.everything else LISTED
        yield from _documents(change.documents, paint, most, fields)
        for cost in self.plan.costs.get(change.address, ()):
            yield f"{INDENT}{paint(Style.DIM, f'# {visible(cost)}')}"


def _listed(addresses: Iterable[Address]) -> list[str]:
    """Return addresses with a comma behind each but the last."""
    names = [visible(str(address)) for address in addresses]
    return [*(f"{name}," for name in names[:-1]), *names[-1:]]


def _counted(plan: View, paint: Palette) -> Iterator[str]:
    """Yield the number of changes in place of many changes. Deleted objects are named all the same."""
    # A reviewer has to see each delete before it is made, so it is not only counted.
    for change in plan.changes:
        if change.action.removes or change.action is Action.FORGET:
            yield _heading(change, plan, paint)
    counted = f"{len(plan.changes):,} changes; each is shown when it is made (--all shows every field now)."
    yield paint(Style.DIM, counted)


def _in_short(change: Change, paint: Palette) -> str:
    """Return the words that replace the fields of a create in a plan with very many creates."""
    told = plural(len(change.fields), "field")
    if change.documents:
        told += f", {plural(len(change.documents), 'document')}"
    return f"  {paint(Style.DIM, f'({told}; --all)')}"


def _heading(change: Change, plan: View, paint: Palette) -> str:
    """Return the first line of a change: sign, address, action, reason, and the id of a deleted object."""
    glyph = paint(OF_ACTION[change.action], change.action.value)
    address = paint(Style.STRONG, visible(str(change.address)))
    action = paint(OF_ACTION[change.action], change.action.word)
    reason = paint(Style.DIM, reason_told(change, plan))
    # The id of an object that goes is shown, because nobody can look it up afterwards.
    lost = change.action.removes or change.action is Action.FORGET
    named = change.live.id if change.live and (lost or plan.verb == ADOPT) else ""
    id = paint(Style.DIM, f"({visible(named)})") if named else ""
    return "  ".join(filter(None, [f"{glyph} {address}", action, reason, id]))


def reason_told(change: Change, plan: View) -> str:
    """Return the reason of a change in words; empty if the manifest is the reason."""
    if change.rolled_back_to and change.drifts:
        return f"{change.reason}: rolled back to release {change.rolled_back_to}"
    if change.reason is Reason.RENAMED:
        before = next((field.live for field in change.fields if field.path == RENAMED), None)
        return visible(f"renamed: it was {before}" if before else REASONS[Reason.RENAMED])
    if change.reason is not Reason.REFERENCE:
        return REASONS.get(change.reason, "")
    named = {address for field in change.fields for address in references(field.desired)}
    made = [plan.made[address] for address in sorted(named) if address in plan.made]
    told = [f"{c.address} is {_MADE[c.action]}" for c in made]
    return visible(f"reference: {', '.join(told) or 'what it refers to has a new id'}")


def _documents(
    documents: Iterable[DocumentChange], paint: Palette, most: int | None, fields: Fields
) -> Iterator[str]:
    """Yield a line for each document that changes, and the number of those that are left out."""
    ordered = sorted(documents, key=lambda document: document.path)
    for document in ordered[:most]:
        sign = _DOCUMENT_SIGNS[document.action]
        notes = [document.note] if document.note else []
        if document.action is DocumentAction.CHANGE and not document.content:
            notes.append("attributes only")
        if document.cause is not Reason.MANIFEST:
            notes.append(document.cause.value)
        notes += [told(document.text)] if document.text else []
        note = paint(Style.DIM, f"  # {visible(', '.join(notes))}") if notes else ""
        yield f"{INDENT}{paint(OF_SIGN[sign], sign)} files[{visible(document.path)}]{note}"
        if document.text and document.text.groups:
            yield from fields.prose(document.text.groups)
    # Said once below all documents: the live text is what the server parsed, not the upload.
    if any(document.text and not document.text.missing for document in ordered[:most]):
        yield f"{INDENT}{paint(Style.DIM, f'# {BASIS}')}"
    rest = len(ordered[most:]) if most is not None else 0
    if rest:
        yield paint(Style.DIM, f"{INDENT}  … and {rest:,} more (--all)")


def _left_alone(plan: Plan, paint: Palette) -> Iterator[str]:
    """Yield a line with the numbers of foreign objects, which stay untouched."""
    told = [plural(count, kind.replace("_", " ")) for kind, count in sorted(plan.foreign.items())]
    if told:
        yield paint(Style.DIM, visible(f"Foreign, left alone: {', '.join(told)}."))


def _summary(plan: Plan, paint: Palette) -> Iterator[str]:
    """Yield the last lines of a plan."""
    if plan.is_empty:
        yield f"{paint(Style.STRONG, 'No changes.')} {nothing_told(plan)}"
        return
    if overwritten := overwritten_told(plan):
        yield paint(Style.YELLOW, f"Drift: {overwritten}")
    yield f"{paint(Style.STRONG, 'Plan:')} {counts_told(plan)}."
