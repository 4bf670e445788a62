"""The few colours of the output, as plain SGR codes of terminals."""

from enum import StrEnum

from provisioner.model.frozen import frozen
from provisioner.model.plan import Action


class Style(StrEnum):
    """A style of text. The value is its SGR code."""

    PLAIN = ""
    STRONG = "1"
    DIM = "2"
    GREEN = "32"
    RED = "31"
    YELLOW = "33"
    MAGENTA = "35"
    ADDED = "1;32"  # a word that comes in
    TAKEN = "9;31"  # a word that goes: struck through, so that it reads without colour vision too


OF_ACTION = {
    Action.CREATE: Style.GREEN,
    Action.UPDATE: Style.YELLOW,
    Action.REPLACE: Style.MAGENTA,
    Action.DELETE: Style.RED,
    Action.FORGET: Style.DIM,
    Action.NO_OP: Style.PLAIN,
}
"""The style of an action."""

OF_SIGN = {"+": Style.GREEN, "~": Style.YELLOW, "-": Style.RED, "≈": Style.DIM, " ": Style.DIM}
"""The style of a line's sign."""


@frozen
class Palette:
    """Colours texts, unless `colour` is false."""

    colour: bool = False

    def __call__(self, style: Style, text: str) -> str:
        if not (self.colour and style and text):
            return text
        return f"\x1b[{style}m{text}\x1b[0m"
