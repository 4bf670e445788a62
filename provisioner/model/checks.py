"""Defines checks: questions to assistants, with what must be true of each answer.

`test` asks them.
"""

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
"""The number of characters in the digest of a check, by which a report identifies the check."""


@frozen
class Expectation:
    """One requirement on an answer.

    `rule` is a key of the manifest, such as `contains`, and `value` the value under that key.
    """

    rule: str
    value: Any


@frozen
class Check:
    """One question to an assistant, with the requirements that each answer must meet.

    The question is asked `repeats` times. `tool_outputs` has the result of each function that the
    assistant may call, as a JSON text by the function's name. `origin` is the place of the check in
    its manifest.
    """

    name: str
    question: str
    expect: tuple[Expectation, ...]
    repeats: int = 1
    tool_outputs: Mapping[str, str] = field(default_factory=dict)
    origin: Position | None = None

    @property
    def digest(self) -> str:
        """The digest of everything that the check asks and expects.

        It does not depend on `origin`.
        """
        # Without `origin`, a report still fits after the lines above the check were edited.
        expect = [[one.rule, one.value] for one in self.expect]
        outputs = dict(self.tool_outputs)
        return digest([self.name, self.question, expect, self.repeats, outputs], DIGEST_LENGTH)


class Side(StrEnum):
    """The two assistants that a check can ask: the live one, or a candidate made only for the test."""

    LIVE = "live"
    CANDIDATE = "candidate"


@frozen
class Attempt:
    """One answer to the question of a check, and the requirements that it did not meet.

    `failures` has a sentence for each unmet requirement. If no answer came, `answer` is None and
    `failures` says why. `seconds` is the time that the answer took.
    """

    answer: Answer | None
    seconds: float
    failures: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def tokens(self) -> int:
        """The number of tokens that the run used, 0 if the server did not report it."""
        return (self.answer.tokens if self.answer else None) or 0


@frozen
class Tested:
    """All answers to one check by one assistant: the live one or the candidate, as `side` says."""

    address: Address
    check: Check
    side: Side
    attempts: tuple[Attempt, ...]

    @property
    def passed(self) -> bool:
        """True if the question was asked `check.repeats` times and every answer met the requirements."""
        # `--max-tokens` may stop before all repeats. A question that was not asked is not passed.
        is_whole = len(self.attempts) == self.check.repeats
        return is_whole and all(attempt.passed for attempt in self.attempts)


@frozen
class ChecksReport:
    """The results of the checks that one run of the command `test` asked.

    `digest` is the digest of the plan whose assistants were tested. `judged` says for each
    assistant which side's answers count: the candidate's if the plan changes the assistant, else
    those of the live one. `diagnostics` names what was not tested, or could not be deleted
    afterwards.
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
        """The results of the sides named in `judged`, which decide if the plan may be applied."""
        return tuple(one for one in self.results if self.judged.get(one.address) is one.side)

    @property
    def passed(self) -> bool:
        """True if every assistant in `judged` was asked and all its checks passed."""
        # An assistant without any result would otherwise count as passed.
        asked = {one.address for one in self.deciding}
        return asked == set(self.judged) and all(one.passed for one in self.deciding)
