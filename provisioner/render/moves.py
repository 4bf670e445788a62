"""Find blocks of lines that moved to another place in a text, even if some words changed."""

from collections.abc import Iterator, Sequence

from provisioner.model.frozen import frozen
from provisioner.render.matching import Opcode

_SHORTEST = 3
"""The fewest words of a block that counts as moved, because a lone brace moves all the time."""

_GAP = 3
"""The most changed lines between two moved lines of the same block."""

_PHRASE = 4
"""The number of consecutive words by which an edited line is recognised."""

_SAME_LINE = 0.6
"""The share of common words from which two lines count as one edited line."""


@frozen
class Move:
    """Lines `i1` to `i2` of the live text are lines `j1` to `j2` of the desired text.

    The second number of each range is exclusive.
    """

    i1: int
    i2: int
    j1: int
    j2: int


def moves(codes: Sequence[Opcode], live: Sequence[str], desired: Sequence[str]) -> list[Move]:
    """Return every block that moved, in the order of the live text. No line is part of two blocks.

    `codes` are the steps that turn the live lines into the desired lines.
    """
    # A line has moved only if different steps remove and add it. Within one step it was rewritten.
    went = {
        i: n for n, (tag, i1, i2, _, _) in enumerate(codes) if tag != "equal" for i in range(i1, i2)
    }
    came = {
        j: n for n, (tag, _, _, j1, j2) in enumerate(codes) if tag != "equal" for j in range(j1, j2)
    }
    pairs = dict(_identical(went, came, live, desired))
    taken = set(pairs.values())
    rest = [i for i in went if i not in pairs], [j for j in came if j not in taken]
    pairs |= {i: j for i, j in _similar(*rest, live, desired) if went[i] != came[j]}
    blocks: list[list[tuple[int, int]]] = []
    for i, j in sorted(pairs.items()):
        if blocks and _continues(blocks[-1][-1], (i, j), went, came):
            blocks[-1].append((i, j))
        else:
            blocks.append([(i, j)])
    return [
        Move(block[0][0], block[-1][0] + 1, block[0][1], block[-1][1] + 1)
        for block in blocks
        if went[block[0][0]] != came[block[0][1]]
        and sum(len(live[i].split()) for i, _ in block) >= _SHORTEST
    ]


def _continues(
    last: tuple[int, int], pair: tuple[int, int], went: dict[int, int], came: dict[int, int]
) -> bool:
    """Return true if a pair of lines continues the block of the pair `last`.

    `went` has, by live line, the index of the step that removes it. `came` has, by desired line, the
    index of the step that adds it.
    """
    (i, j), (i_next, j_next) = last, pair
    return (
        0 < i_next - i <= _GAP + 1
        and 0 < j_next - j <= _GAP + 1
        and went[i] == went[i_next]
        and came[j] == came[j_next]
    )


def _identical(
    went: dict[int, int], came: dict[int, int], live: Sequence[str], desired: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of lines that are equal except for spacing and occur once on each side.

    `went` has, by live line, the index of the step that removes it. `came` has, by desired line, the
    index of the step that adds it. Two lines of the same step are left out, because they have not
    moved.
    """
    mine, theirs = _once(went, live), _once(came, desired)
    for line, i in mine.items():
        if line in theirs and went[i] != came[theirs[line]]:
            yield i, theirs[line]


def _once(numbers: dict[int, int], lines: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Return the index of each line that occurs once, by the words of the line.

    The keys of `numbers` are the indexes of the lines that are looked at. Its values are not used.
    """
    found: dict[tuple[str, ...], int] = {}
    doubled = set()
    for number in numbers:
        words = tuple(lines[number].split())
        if words in found:
            doubled.add(words)
        elif words:
            found[words] = number
    return {words: number for words, number in found.items() if words not in doubled}


def _similar(
    went: Sequence[int], came: Sequence[int], live: Sequence[str], desired: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of lines that share a unique phrase and most of their words.

    `went` are the indexes of removed live lines, and `came` those of added desired lines.
    """
    places: dict[tuple[str, ...], int] = {}
    for j in came:
        for phrase in _phrases(desired[j]):
            # A phrase that two lines have identifies neither of them.
            places[phrase] = -1 if phrase in places else j
    free = set(came)
    for i in went:
        for j in dict.fromkeys(places.get(phrase, -1) for phrase in _phrases(live[i])):
            if j in free and _share(live[i], desired[j]) >= _SAME_LINE:
                # Each desired line is the edited form of one live line at most.
                free.remove(j)
                yield i, j
                break


def _phrases(line: str) -> Iterator[tuple[str, ...]]:
    """Yield every sequence of `_PHRASE` words that follow each other in a line."""
    words = line.split()
    yield from (tuple(words[k : k + _PHRASE]) for k in range(len(words) - _PHRASE + 1))


def _share(live: str, desired: str) -> float:
    """Return the share of words that two lines have in common, from 0 to 1."""
    mine, theirs = set(live.split()), set(desired.split())
    return len(mine & theirs) / max(len(mine), len(theirs))
