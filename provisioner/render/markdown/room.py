"""Keep a comment within the length that GitHub accepts, and say what was cut."""

from collections.abc import Iterable, Sequence
from typing import Final

from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.render.values import plural

LIMIT: Final = 65_536
"""The most bytes of a comment. GitHub counts characters, of which there are never more than
bytes."""
NOTICE: Final = 400
"""The bytes that are kept free for the sentence about what was cut."""
AROUND: Final = 2_000
"""Bytes that are kept free for what a pipeline adds to the text: a hidden key, the commit, the job."""
REST: Final = (
    "All of it is in `--format json` and `--format html`, and in a plan that was saved with"
    " `--out FILE`: {} prints that plan."
)


def _rest() -> str:
    """Return the sentence that says where to find all of a text that was cut."""
    return REST.format(hint("show", "FILE", "--all", only=()))


@frozen
class Piece:
    """A part of a comment: in full (`whole`), and as one line (`short`) for when there is no room.

    `whole` is empty if the line says everything. `changes` is the number of changes in the piece.
    """

    short: str
    whole: tuple[str, ...] = ()
    changes: int = 1


def size(lines: Iterable[str]) -> int:
    """Return the number of bytes of lines, each with its line break."""
    return sum(len(line.encode()) + 1 for line in lines)


def clipped(lines: Sequence[str], most: int) -> list[str]:
    """Return as many lines as fit in `most` bytes, and a line with the number of the others."""
    used, shown = 0, 0
    while shown < len(lines) and used + size(lines[shown : shown + 1]) <= most:
        used += size(lines[shown : shown + 1])
        shown += 1
    rest = len(lines) - shown
    return [*lines[:shown], *([f"… and {plural(rest, 'more line')}"] if rest else [])]


def fitted(head: Sequence[str], pieces: Sequence[Piece], tail: Sequence[str]) -> str:
    """Return a text of at most LIMIT bytes: the head, the pieces in their order, and the tail.

    A piece is shown in full if the pieces after it still have room for a line each. If there is not
    even room for the lines, the last pieces are only counted. A tail is left out if there is no room
    for it, and so is a head that is longer than the whole text may be.
    """
    most = LIMIT - AROUND - NOTICE
    # The tail goes first, because the head has the refusals and the risks.
    if size([*head, *tail]) > most:
        tail = _left_out()
    if size([*head, *tail]) > most:
        head = _left_out()
    room = LIMIT - AROUND - NOTICE - size(head) - size(tail)
    # The room for the lines of the later pieces is kept, so that one long piece does not hide them.
    left = sum(size([piece.short]) for piece in pieces)
    lines: list[str] = []
    shortened, dropped = 0, 0
    for piece in pieces:
        left -= size([piece.short])
        if piece.whole and size(piece.whole) <= room - left:
            chosen = piece.whole
        elif size([piece.short]) <= room:
            chosen = (piece.short,)
            shortened += piece.changes if piece.whole else 0
        else:
            chosen = ()
            dropped += piece.changes
        room -= size(chosen)
        lines += chosen
    return "\n".join([*head, *lines, *_notice(shortened, dropped), *tail]).rstrip("\n") + "\n"


def _left_out() -> list[str]:
    """Return lines with a sentence, in place of a head or a tail for which there is no room."""
    return ["", f"**A part is left out, because it is too long for a comment.** {_rest()}", ""]


def _notice(shortened: int, dropped: int) -> list[str]:
    """Return lines with a sentence about what was cut; an empty list if nothing was cut."""
    told = (
        [plural(shortened, "change has only one line", "changes have only one line each")]
        if shortened
        else []
    )
    told += [f"{plural(dropped, 'change is', 'changes are')} not shown"] if dropped else []
    return (
        [
            "",
            f"**Cut for the length of a comment**: {' and '.join(told)}. {_rest()}",
            "",
        ]
        if told
        else []
    )
