"""Render diagnostics as text for people, in the form of a compiler's messages."""

from collections.abc import Iterable, Iterator

from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.render.palette import Palette, Style
from provisioner.render.visible import visible

_STYLES = {
    Severity.ERROR: Style.RED,
    Severity.WARNING: Style.YELLOW,
    Severity.NOTE: Style.DIM,
}
"""The style of the word for each severity."""


def diagnostics_text(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Return each diagnostic as `file:line:col: error: summary`, with its detail indented below.

    The text has no line break at its end.
    """
    paint = Palette(colour)
    return "\n".join(line for one in diagnostics for line in _diagnostic(one, paint))


def _diagnostic(one: Diagnostic, paint: Palette) -> Iterator[str]:
    """Yield the lines of one diagnostic.

    One that a manifest allows is a single line, with the reason in place of the detail.
    """
    where = f"{visible(str(one.position))}: " if one.position else ""
    style = _STYLES[one.severity]
    name = paint(Style.DIM, f"[{one.code.name}]")
    told = paint(Style.STRONG, visible(one.told))
    if one.allowed:
        yield f"{where}{paint(Style.DIM, 'allowed')}: {told} {name} {visible(one.allowed)}"
        return
    yield f"{where}{paint(style, one.severity)}: {told} {name}"
    for line in one.detail.splitlines():
        yield f"  {visible(line)}".rstrip()
