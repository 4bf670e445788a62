"""Render a plan as the comment of a pull request: the counts, the risks, and then every change.

The riskiest change comes first, and each change unfolds. Changes that do the same become one with a
list of their addresses. Harmless changes of the same fields become one with a part for each
address.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Final

from provisioner.engine.keeping import named
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.plan import Action, Change
from provisioner.render.alike import Group, grouped
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.dropped import dropped_text
from provisioner.render.format import Layout
from provisioner.render.look_first import MOST, counted, risk_line, risky
from provisioner.render.markdown.fields import FOLD, WIDTH, Diff
from provisioner.render.markdown.room import Piece, clipped, fitted
from provisioner.render.markdown.syntax import code, details, escaped, fenced, tag
from provisioner.render.palette import Palette
from provisioner.render.ranking import gravest, sorted_groups
from provisioner.render.shared_edits import NONE_SHARED, shared_edits
from provisioner.render.tally import ADOPT, counts_told, nothing_told, overwritten_told
from provisioner.render.text import reason_told
from provisioner.render.undeclared import foreign_text, undeclared_text, unshown_text
from provisioner.render.values import Values, plural
from provisioner.render.view import View
from provisioner.render.visible import visible

FEW: Final = 3
"""The most changes that are all unfolded at first."""
NAMED: Final = 3
"""The most paths that the heading of a change names. The others are counted."""
ADDRESSES: Final = 20
"""The most addresses of a group that are listed. The others are counted."""
MERGED: Final = 20
"""The most changes of the same fields that are shown as one."""
SECTION: Final = 8_000
"""The most bytes of one fenced section."""

_PLAIN: Final = Palette(False)
_REMOVING: Final = (Action.DELETE, Action.FORGET)


def plan_markdown(plan: View, layout: Layout) -> str:
    """Return a plan as Markdown of at most `room.LIMIT` bytes."""
    return fitted(plan_head(plan, layout), [*plan_pieces(plan, layout)], tail(plan, layout))


def plan_head(plan: View, layout: Layout, *, level: int = 3) -> list[str]:
    """Return the heading with `level` number signs, the refusals, and the list of risks."""
    return [*_head(plan, "#" * level), *_look_first(plan, layout)]


def where(plan: View) -> str:
    """Return a line with the owner of a plan, its target, and its digest."""
    parts = [f"Stack {code(plan.stack)}"]
    parts += [f"environment {code(plan.environment)}"] if plan.environment else []
    parts += [f"target {code(plan.target)}"]
    parts += [f"host {code(plan.host)}"] if plan.host else []
    parts += [f"project {code(plan.project)}"] if plan.project else []
    parts += [f"digest {code(plan.digest)}"] if plan.digest else []
    return " · ".join(parts)


def told_in_fence(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Return diagnostics as the lines of a fence; an empty list if there are none."""
    text = diagnostics_text(diagnostics)
    return fenced(clipped(text.split("\n"), SECTION), "text") if text else []


def _head(plan: View, marks: str) -> Iterator[str]:
    """Yield the heading with the counts, drift that is overwritten, and the refusals.

    `marks` are the number signs of the heading.
    """
    title = "Plan" if plan.verb == "apply" else f"Plan of `{plan.verb}`"
    if plan.is_empty:
        yield from (
            f"{marks} {title}: no changes",
            "",
            f"{escaped(nothing_told(plan))} {where(plan)}",
        )
    else:
        yield from (f"{marks} {title}: {counts_told(plan, zeros=False)}", "", where(plan))
    if overwritten := overwritten_told(plan):
        yield from ("", f"**Drift**: {overwritten}")
    standing = [*dict.fromkeys(plan.standing)]
    if standing:
        yield from ("", "**This plan cannot be applied:**", "", *told_in_fence(standing))


def _look_first(plan: View, layout: Layout) -> Iterator[str]:
    """Yield the list of risks."""
    found = risky(plan)
    if not found:
        return
    most = None if layout.everything else MOST
    lines = [f"! {risk_line(risk, addresses, None)}" for risk, addresses in found[:most]]
    lines += [f"  … and {len(found) - MOST:,} more"] if most and found[most:] else []
    yield from ("", f"**Look first**: {counted(found)}", "")
    yield from fenced(clipped(lines, SECTION))


def plan_pieces(plan: View, layout: Layout) -> Iterator[Piece]:
    """Yield the changes of a plan: deletes first, and then the others, the riskiest first."""
    removed = [change for change in plan.changes if change.action in _REMOVING]
    if removed:
        yield Piece("", changes=0)
        # A delete is a line of its own, so that nothing has to be unfolded to see it.
        yield from (Piece(f"- {_heading(change, plan, code)}") for change in removed)
    rest = [change for change in plan.changes if change.action not in _REMOVING]
    groups = sorted_groups(grouped(rest, by_row=not layout.everything), plan)
    if groups:
        yield Piece("", changes=0)
    merged = _merged(groups, gravest(plan).keys())
    # Shared edits refer to the first place on the page, so they follow the order of the page.
    shown = [group for same in merged for group in same]
    edits = NONE_SHARED if layout.everything else shared_edits(shown)
    diff = Diff(Values(plan.made.keys()), None if layout.everything else FOLD, edits)
    for same in merged:
        yield _piece(same, plan, layout, diff)


def _merged(groups: Sequence[Group], risky: Container[Address]) -> list[list[Group]]:
    """Return lists of groups. Harmless groups that set the same fields of one kind share a list."""
    found: dict[object, list[Group]] = {}
    for group in groups:
        change = group.first
        is_plain = change.action is Action.UPDATE and not (group.others or change.documents)
        is_merged = is_plain and not change.blocked and change.address not in risky
        paths = tuple(field.path for field in change.fields)
        # `id` is a key that no other group has, so such a group stays alone.
        key = (change.address.kind, change.reason, paths) if is_merged and paths else id(group)
        found.setdefault(key, []).append(group)
    return [same[at : at + MERGED] for same in found.values() for at in range(0, len(same), MERGED)]


def _piece(same: Sequence[Group], plan: View, layout: Layout, diff: Diff) -> Piece:
    """Return one group of changes, or several that set the same fields, as a piece of the comment."""
    group = same[0]
    if len(same) > 1:
        lines = [line for one in same for line in _part(one.first, plan, diff)]
        summary = f"update {paths_told(group.first, tag)} of {plural(len(same), 'resource')}"
        names = ", ".join(code(str(one.first.address)) for one in same)
        short = f"- update {paths_told(group.first, code)} of {names}"
        here = {one.first.address for one in same}
        named = [a for one in same for a in diff.edits.others.get(one.first.address, ())]
        elsewhere = [address for address in dict.fromkeys(named) if address not in here]
        below = [*fenced(lines), *_elsewhere(elsewhere)]
        return Piece(short, tuple(details(summary, below)), len(same))
    summary = _heading(group.first, plan, tag) + _others(group)
    lines = [*diff.change(group.first), *_costs(group.first, plan)]
    short = f"- {_heading(group.first, plan, code)}{_others(group)}"
    if not lines and not group.others:
        return Piece(short)
    below = [
        *(fenced(lines) if lines else []),
        *_addresses(group, layout),
        *_elsewhere(diff.edits.others.get(group.first.address, ())),
    ]
    is_open = len(plan.changes) <= FEW or layout.everything
    whole = details(summary, below, is_open=is_open)
    return Piece(short, tuple(whole), len(group.changes))


def _part(change: Change, plan: View, diff: Diff) -> Iterator[str]:
    """Yield the lines of one change, under its address, for a piece with several changes."""
    yield f"@@ {visible(str(change.address))} @@"
    yield from diff.change(change)
    yield from _costs(change, plan)


def _costs(change: Change, plan: View) -> Iterator[str]:
    """Yield a line for each known cost of a change."""
    yield from (f"  # {visible(cost)}" for cost in plan.costs.get(change.address, ()))


def _heading(change: Change, plan: View, mark: Callable[[str], str]) -> str:
    """Return a line about a change: the action, the object, the reason, and the fields.

    `mark` writes an address, an id or a path as code, for Markdown or for HTML.
    """
    parts = [change.action.word, mark(str(change.address))]
    is_lost = change.action.removes or change.action is Action.FORGET
    if change.live and (is_lost or plan.verb == ADOPT):
        parts.append(mark(change.live.id))
    reason = reason_told(change, plan)
    if change.referrers:
        reason = f"kept, because {named(change.referrers)}"
    parts += [f"({escaped(reason)})"] if reason else []
    paths = "" if change.action is Action.CREATE else paths_told(change, mark)
    return " ".join(parts) + (f": {paths}" if paths else "")


def paths_told(change: Change, mark: Callable[[str], str]) -> str:
    """Return the first paths of a change, and the number of the others.

    `mark` writes a path as code, for Markdown or for HTML.
    """
    shown = [mark(field.path) for field in change.fields[:NAMED]]
    rest = len(change.fields) - NAMED
    told = ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")
    documents = plural(len(change.documents), "document") if change.documents else ""
    return ", ".join(filter(None, [told, documents]))


def _others(group: Group) -> str:
    """Return words about the other changes of a group; empty if there are none."""
    if not group.others:
        return ""
    but = ", each with the values of its row" if group.by_row else ""
    return f" · the same in {len(group.others):,} more{but}"


def _addresses(group: Group, layout: Layout) -> Iterator[str]:
    """Yield a line with the addresses of the other changes of a group."""
    if group.others:
        shown = group.others if layout.everything else group.others[:ADDRESSES]
        rest = len(group.others) - len(shown)
        names = ", ".join(code(str(change.address)) for change in shown)
        yield f"The same in {names}{f' and {rest:,} more (--all)' if rest else ''}."


def _elsewhere(addresses: Sequence[Address]) -> Iterator[str]:
    """Yield a line with the addresses of other changes that contain some of the same edits."""
    if addresses:
        names = ", ".join(code(str(one)) for one in addresses[:ADDRESSES])
        rest = len(addresses) - ADDRESSES
        more = f" and {rest:,} more" if rest > 0 else ""
        yield f"Some of these edits are also in {names}{more}."


def tail(plan: View, layout: Layout) -> list[str]:
    """Return the lines below the changes: undeclared values, warnings, and notes."""
    everything = layout.everything
    foreign = [
        plural(count, kind.replace("_", " ")) for kind, count in sorted(plan.foreign.items())
    ]
    noted = [
        foreign_text(plan.foreign_documents, _PLAIN),
        dropped_text(plan, _PLAIN, WIDTH, everything=everything),
        unshown_text(plan.unshown, _PLAIN),
        visible(f"Foreign, left alone: {', '.join(foreign)}.") if foreign else "",
    ]
    warnings = diagnostics_text(d for d in plan.diagnostics if d.severity is not Severity.ERROR)
    undeclared = undeclared_text(plan.undeclared, _PLAIN, WIDTH, everything=everything)
    sections = {
        f"Undeclared: {plural(len(plan.undeclared), 'value')}": undeclared,
        "Warnings": warnings,
        "Notes": "\n".join(filter(None, noted)),
    }
    return [
        line
        for title, text in sections.items()
        if text
        for line in details(title, fenced(clipped(text.split("\n"), SECTION), "text"))
    ]
