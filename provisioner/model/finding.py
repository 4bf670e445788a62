"""Defines Finding: what the command `doctor` says about one part of a setup."""

from enum import StrEnum

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen


class Condition(StrEnum):
    """The possible results for one part of a setup. SKIPPED means that it could not be examined."""

    RIGHT = "right"
    WARNING = "warning"
    WRONG = "wrong"
    SKIPPED = "skipped"


@frozen
class Finding:
    """The result for one part of a setup.

    `part` is one word, such as `manifests` or `key`. `said` is a sentence about what was seen.
    `diagnostics` say what is wrong and what to do.
    """

    part: str
    condition: Condition
    said: str
    diagnostics: tuple[Diagnostic, ...] = ()
