"""Findings of `doctor`: one for each part of a setup that was looked at."""

from enum import StrEnum

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen


class Condition(StrEnum):
    """The condition of one part of a setup. A skipped part could not be looked at."""

    RIGHT = "right"
    WARNING = "warning"
    WRONG = "wrong"
    SKIPPED = "skipped"


@frozen
class Finding:
    """The condition of one part of a setup.

    `part` is one word (`manifests`, `key`). `said` is a sentence about what was seen. `diagnostics`
    say what is wrong and what to do.
    """

    part: str
    condition: Condition
    said: str
    diagnostics: tuple[Diagnostic, ...] = ()
