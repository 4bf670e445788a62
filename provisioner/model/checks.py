"""Checks of assistants: questions that a manifest asks, and what has to hold for each answer."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from provisioner.model.address import Address
from provisioner.model.conversation import Answer
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.frozen import frozen
from provisioner.model.value import digest

DIGEST_LENGTH = 22
"""Characters of the digest of a check, by which a report says which check was passed."""


@frozen
class Expectation:
    """One thing that has to hold for an answer. `rule` is a key such as `contains`."""

    rule: str
    value: Any


@frozen
class Check:
    """One question to an assistant, and everything that has to hold for each answer to it.

    The question is put `repeats` times. `tool_outputs` answers functions by name, each with a JSON
    text. `origin` is where the check stands.
    """

    name: str
    question: str
    expect: tuple[Expectation, ...]
    repeats: int = 1
    tool_outputs: Mapping[str, str] = field(default_factory=dict)
    origin: Position | None = None

    @property
    def digest(self) -> str:
        """The digest of all that the check asks and expects, the same wherever it stands."""
        expect = [[one.rule, one.value] for one in self.expect]
        outputs = dict(self.tool_outputs)
        return digest([self.name, self.question, expect, self.repeats, outputs], DIGEST_LENGTH)


class Side(StrEnum):
    """The assistant that was asked: the live one, or the candidate that was made beside it."""

    LIVE = "live"
    CANDIDATE = "candidate"


@frozen
class Attempt:
    """One answer to a check's question. `failures` are sentences, one for each thing that did not hold.

    `answer` is None where there was none; `failures` says why. `seconds` is how long it took.
    """

    answer: Answer | None
    seconds: float
    failures: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def tokens(self) -> int:
        """The tokens that the run took in all, 0 where nobody counted them."""
        return (self.answer.tokens if self.answer else None) or 0


@frozen
class Tested:
    """The attempts of one check on one side."""

    address: Address
    check: Check
    side: Side
    attempts: tuple[Attempt, ...]

    @property
    def passed(self) -> bool:
        """Returns true if the question was put as often as it had to be, and everything held."""
        is_whole = len(self.attempts) == self.check.repeats
        return is_whole and all(attempt.passed for attempt in self.attempts)


@frozen
class ChecksReport:
    """The outcome of all checks. `digest` is that of the plan whose assistants were tested.

    `judged` are the sides whose results decide, by address: the candidate where the plan changes the
    assistant, else the live one. `changed` are the assistants that the plan changes and that have
    checks. `diagnostics` name what could not be cleaned up or was not tested.
    """

    stack: str
    environment: str
    target: str
    host: str
    digest: str
    results: tuple[Tested, ...] = ()
    judged: Mapping[Address, Side] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def tokens(self) -> int:
        return sum(attempt.tokens for one in self.results for attempt in one.attempts)

    @property
    def deciding(self) -> tuple[Tested, ...]:
        """The results that decide whether the plan may be applied."""
        return tuple(one for one in self.results if self.judged.get(one.address) is one.side)

    @property
    def passed(self) -> bool:
        """Returns true if every deciding check passed, and each assistant was asked."""
        asked = {one.address for one in self.deciding}
        return asked == set(self.judged) and all(one.passed for one in self.deciding)
