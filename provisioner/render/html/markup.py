"""Build HTML in which every text is escaped, unless it was built here."""

import html
from collections.abc import Iterable, Sequence
from typing import Final

from provisioner.render.visible import visible

_VOID: Final = frozenset({"meta", "col"})
"""Elements without an end tag."""


class Markup(str):
    """HTML that was built by `tag`, `text` or `joined`, and is not escaped again."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Return a text as HTML, with invisible characters spelled out."""
    return Markup(html.escape(visible(str(value))))


def joined(children: Iterable[str], between: str = "") -> Markup:
    """Return children one after the other, with `between` between them. Plain texts are escaped."""
    # The type tells what was escaped: a plain `str` never was, so no caller can forget it.
    separator = between if isinstance(between, Markup) else text(between)
    return Markup(
        separator.join(child if isinstance(child, Markup) else text(child) for child in children)
    )


def tag(name: str, /, *children: str, **attributes: str | bool) -> Markup:
    """Return an element. Plain texts among its children and its attributes are escaped.

    An attribute that is false is left out. In the name of an attribute, a `_` at the end is dropped
    and another one becomes a hyphen, as in `class_` and `aria_label`.
    """
    told = "".join(
        f" {key.removesuffix('_').replace('_', '-')}"
        + ("" if value is True else f'="{text(value)}"')
        for key, value in attributes.items()
        if value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{joined(children)}</{name}>")


def code(value: object) -> Markup:
    """Return a text as a `<code>` element."""
    return tag("code", str(value))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> Markup:
    """Return a table. The first cell of each row is its header.

    Only screen readers read the `caption`.
    """
    body = [
        tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:]))
        for row in rows
    ]
    head = tag("tr", *(tag("th", name, scope="col") for name in headers))
    return tag(
        "table",
        tag("caption", caption, class_="unseen"),
        tag("thead", head),
        tag("tbody", *body),
    )


def section(id: str, title: str, *children: str) -> Markup:
    """Return a section with a heading, which names it for screen readers."""
    heading = tag("h2", title, id=f"{id}-title")
    return tag("section", heading, *children, id=id, aria_labelledby=f"{id}-title")
