"""Compare both sides of one changed field in the same way for every format."""

from collections.abc import Sequence
from typing import Any, Final

from provisioner.model.plan import Reason
from provisioner.model.resource import Part
from provisioner.model.text_change import Line
from provisioner.model.value import Content, Placeholder
from provisioner.render.prose import edited
from provisioner.render.values import plural
from provisioner.render.visible import visible

NOTES: Final = {
    Reason.DRIFT: "drift",
    Reason.BOTH: "both: manifest and live side changed",
    Reason.REFERENCE: "reference",
    Reason.RENAMED: "renamed",
    Reason.SERVER: "server: the server resolved it",
}
"""The words for the cause of a field, for every cause but a changed manifest."""


def texts_of(live: Any, desired: Any) -> tuple[str, str] | None:
    """Return both sides if both are texts, or documents whose texts are known; else None."""
    if isinstance(live, Content) and isinstance(desired, Content) and live.text and desired.text:
        # A line end of Windows is no change of a word, and a checkout of git may have made it.
        return live.text.replace("\r\n", "\n"), desired.text.replace("\r\n", "\n")
    if all(isinstance(side, str) and not isinstance(side, Placeholder) for side in (live, desired)):
        return live, desired
    return None


def changed_parts(groups: Sequence[Sequence[Line]], parts: Sequence[Part]) -> str:
    """Return the changed parts of a text, such as ` in prompts/tone.md, shared by 400 resources`.

    Empty if the text has only one part.
    """
    if len(parts) < len(("one", "another")):
        return ""
    found: dict[str, Part] = {}
    for lines in groups:
        number = next((line.number for line in lines if line.number), 1)
        for line in lines:
            # A removed line has no number, so it counts to the part of the line before it.
            number = line.number or number
            if line.sign != " ":
                part = [one for one in parts if one.line <= number][-1]
                found.setdefault(part.name, part)
    told = [
        f"{visible(part.name)}, shared by {part.shared:,} resources,"
        if part.shared > 1
        else visible(part.name)
        for part in found.values()
    ]
    return f" in {' and '.join(told)}".removesuffix(",") if told else ""


def headline(groups: Sequence[Sequence[Line]]) -> str:
    """Return what changed in a text in a few words, such as `12 words added, 1 taken out`."""
    added, taken = edited(groups)
    if words := words_told(added, taken):
        return words
    # The notes come from `render.prose`, such as `3 lines moved from line 12, edited`.
    moved = any(line.note.partition(" from ")[0].endswith("moved") for g in groups for line in g)
    return "lines moved, no word changed" if moved else "only spacing and line breaks changed"


def words_told(added: int, taken: int) -> str:
    """Return the numbers of added and removed words as a phrase, such as `12 words added, 1 taken out`.

    The phrase is empty if both numbers are 0.
    """
    if added == taken:
        return f"{plural(added, 'word')} changed" if added else ""
    parts = [f"{plural(added, 'word')} added"] if added else []
    parts += (
        [f"{taken:,} taken out" if added else f"{plural(taken, 'word')} taken out"] if taken else []
    )
    return ", ".join(parts)
