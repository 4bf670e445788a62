"""Show both sides of a long text beside each other, with the words marked that changed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from provisioner.model.text_change import Line
from provisioner.render.html.markup import Markup, joined, tag, text

_MARKS = {"-": "del", "+": "ins"}


def diff_table(groups: Iterable[Sequence[Line]], caption: str, sides: tuple[str, str]) -> Markup:
    """Return a table with a row for each changed line and the unchanged lines around it.

    `sides` are the headings of the left and the right column.
    """
    rows: list[Markup] = []
    for index, lines in enumerate(groups):
        if index:
            rows.append(tag("tr", tag("td", "⋮", class_="at"), tag("td", ""), tag("td", "")))
        rows += _rows(lines)
    heads = (
        tag("th", "Line", scope="col", class_="at"),
        *(tag("th", s, scope="col") for s in sides),
    )
    return tag(
        "table",
        tag("caption", caption, class_="unseen"),
        tag("thead", tag("tr", *heads)),
        tag("tbody", *rows),
        class_="diff",
    )


def _rows(lines: Sequence[Line]) -> Iterator[Markup]:
    """Yield the rows of a group of lines.

    Removed lines and the added lines that follow them are paired, so that each pair is one row.
    """
    gone: list[Line] = []
    came: list[Line] = []
    for line in lines:
        is_plain = not line.note and line.sign in "-+"
        # A removed line after an added one begins a new pair of runs.
        if is_plain and line.sign == "-" and not came:
            gone.append(line)
        elif is_plain and line.sign == "+":
            came.append(line)
        else:
            yield from _paired(gone, came)
            gone, came = [], []
            if is_plain:
                gone.append(line)
            else:
                yield _row(line)
    yield from _paired(gone, came)


def _paired(gone: Sequence[Line], came: Sequence[Line]) -> Iterator[Markup]:
    # The runs may differ in length. Cells of the shorter one stay empty.
    for old, new in zip_longest(gone, came):
        left = tag("td", old.text, class_="gone") if old else tag("td", "")
        right = tag("td", new.text, class_="came") if new else tag("td", "")
        yield tag("tr", _number(new.number if new else 0), left, right)


def _row(line: Line) -> Markup:
    """Return the row of a line that is unchanged, changed within the line, or has a note."""
    note = tag("span", f" ({line.note})", class_="note") if line.note else Markup("")
    if line.note and line.sign in "-+":
        empty, full = tag("td", ""), tag("td", line.text, note)
        cells = (full, empty) if line.sign == "-" else (empty, full)
    elif line.sign == "~" and not line.note:
        cells = (
            tag("td", _one_side(line, "-"), class_="gone"),
            tag("td", _one_side(line, "+"), class_="came"),
        )
    else:
        cells = (tag("td", line.text), tag("td", line.text, note))
    return tag("tr", _number(line.number), *cells)


def _one_side(line: Line, sign: str) -> Markup:
    """Return the text of one side of a line, with the words marked that the other one lacks."""
    return joined(
        tag(_MARKS[sign], span.text) if span.sign == sign else text(span.text)
        for span in line.spans
        if span.sign in (" ", sign)
    )


def _number(number: int) -> Markup:
    return tag("td", str(number or ""), class_="at")
