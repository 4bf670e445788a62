"""Render the report of `test` as text, Markdown, JUnit and JSON, and read the JSON again.

The results of checks that decide over an apply come before those that are only for comparison.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, TypedDict

from provisioner.model.address import Address
from provisioner.model.checks import Attempt, ChecksReport, Side, Tested
from provisioner.render.document import diagnostic_document
from provisioner.render.json_schema import one_of
from provisioner.render.junit_xml import Case, junit
from provisioner.render.markdown.plan import told_in_fence
from provisioner.render.markdown.room import Piece, fitted
from provisioner.render.markdown.syntax import code, details, escaped, fenced, tag
from provisioner.render.output import (
    FORMAT_VERSION,
    AddressText,
    Count,
    DiagnosticDocument,
    Seconds,
    Version,
)
from provisioner.render.tables import table
from provisioner.render.values import plural
from provisioner.render.visible import visible

_MARKS: Final = {True: "✓", False: "✗"}
ENDED_EARLY: Final = "--max-tokens ended the test before this check had all of its answers."
"""The message for a check that was asked too few times, and whose answers passed, if there are any."""


class AttemptDocument(TypedDict):
    """One answer to the question of a check."""

    passed: bool
    failures: Annotated[list[str], "A sentence for each expectation that the answer did not meet."]
    text: Annotated[str | None, "The answer. Null if there was none."]
    status: str | None
    tokens: Count
    seconds: Seconds


class TestedDocument(TypedDict):
    """The answers to one check by one side: the candidate or the live assistant."""

    address: AddressText
    check: str
    check_digest: Annotated[
        str, "The digest of the question and of everything that is expected of its answers."
    ]
    side: Annotated[str, one_of(Side)]
    decides: Annotated[bool, "True if `apply --tested` requires this check to have passed."]
    repeats: Annotated[int, {"minimum": 1}]
    passed: bool
    attempts: list[AttemptDocument]


class ChecksDocument(TypedDict):
    """The report of a test, as `test --format json` and `test --report FILE` write it."""

    format_version: Version
    stack: str
    environment: str
    target: str
    digest: Annotated[str, "The digest of the plan whose assistants were tested."]
    passed: bool
    judged: Annotated[
        Mapping[str, str], "By address: the side whose results decide, candidate or live."
    ]
    tokens: Count
    results: list[TestedDocument]
    diagnostics: list[DiagnosticDocument]


def checks_document(report: ChecksReport) -> ChecksDocument:
    """Return a report as a JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "stack": report.stack,
        "environment": report.environment,
        "target": report.target,
        "digest": report.digest,
        "passed": report.passed,
        "judged": {str(address): str(side) for address, side in sorted(report.judged.items())},
        "tokens": report.tokens,
        "results": [_tested(one, report) for one in report.results],
        "diagnostics": [diagnostic_document(one) for one in report.diagnostics],
    }


def _tested(one: Tested, report: ChecksReport) -> TestedDocument:
    """Return one result as a JSON document."""
    return {
        "address": str(one.address),
        "check": one.check.name,
        "check_digest": one.check.digest,
        "side": one.side,
        "decides": decides(one, report),
        "repeats": one.check.repeats,
        "passed": one.passed,
        "attempts": [
            {
                "passed": attempt.passed,
                "failures": list(attempt.failures),
                "text": attempt.answer.text if attempt.answer else None,
                "status": attempt.answer.status if attempt.answer else None,
                "tokens": attempt.tokens,
                "seconds": attempt.seconds,
            }
            for attempt in one.attempts
        ],
    }


def decides(one: Tested, report: ChecksReport) -> bool:
    return report.judged.get(one.address) is one.side


def tested_line(one: Tested) -> str:
    """Return the line about one check that is printed as soon as it was asked."""
    return f"{_MARKS[one.passed]} {one.side:<9}  {one.address}  {visible(one.check.name)}\n"


def checks_text(report: ChecksReport) -> str:
    """Return a report as text: a table, every failure in full, and the sentences of `outcome`."""
    rows = [
        (
            _MARKS[one.passed],
            str(one.address),
            one.check.name,
            str(one.side),
            f"{sum(a.passed for a in one.attempts)} of {one.check.repeats}",
            str(sum(a.tokens for a in one.attempts)),
            f"{mean_seconds(one):.1f} s",
        )
        for one in ordered(report)
    ]
    lines = [table(rows, ("", "ASSISTANT", "CHECK", "SIDE", "PASSED", "TOKENS", "MEAN"))]
    for one in ordered(report):
        lines += [*_failures_text(one)]
    lines += [f"\n{one}" for one in map(str, report.diagnostics)]
    return "\n".join([*lines, "", outcome(report)]) + "\n"


def _failures_text(one: Tested) -> Iterator[str]:
    """Yield the failures of one result, each under a line that says which answer failed."""
    for number, attempt in enumerate(one.attempts, 1):
        if not attempt.passed:
            yield f"\n{one.address}, {visible(one.check.name)}, {one.side}, answer {number}:"
            yield from (
                f"  {visible(line)}" for said in attempt.failures for line in said.splitlines()
            )


def ordered(report: ChecksReport) -> list[Tested]:
    """Return the results in the order of addresses and names of checks.

    Of the two results of one check, the one that decides over an apply comes first.
    """
    return sorted(
        report.results, key=lambda one: (one.address, one.check.name, not decides(one, report))
    )


def mean_seconds(one: Tested) -> float:
    return sum(attempt.seconds for attempt in one.attempts) / max(1, len(one.attempts))


def outcome(report: ChecksReport) -> str:
    """Return how many checks passed, and whether the tested plan has passed, in two sentences."""
    deciding = report.deciding
    passed = sum(one.passed for one in deciding)
    told = f"{passed} of {plural(len(deciding), 'check')} passed, {plural(report.tokens, 'token')}."
    if not report.passed:
        return f"{told} The plan {report.digest} has not passed."
    return f"{told} The plan {report.digest} has passed."


def checks_markdown(report: ChecksReport) -> str:
    """Return a report as Markdown of at most `room.LIMIT` bytes, failures first."""
    title = "passed" if report.passed else "not passed"
    head = [f"### Test of {escaped(report.stack)} on {escaped(report.target)}: {title}", ""]
    head += [escaped(outcome(report)), ""]
    if report.diagnostics:
        head += [*told_in_fence(report.diagnostics), ""]
    results = sorted(ordered(report), key=lambda one: (one.passed, not decides(one, report)))
    return fitted(head, [_piece(one, report) for one in results], ())


def _piece(one: Tested, report: ChecksReport) -> Piece:
    """Return one result as a piece of Markdown, in full and as one line."""
    word = "passed" if one.passed else "**failed**"
    beside = "" if decides(one, report) else " (for comparison)"
    short = f"- {word} {code(str(one.address))} {code(one.check.name)}, {one.side}{beside}"
    if one.passed:
        return Piece(short)
    lines = [
        line
        for number, attempt in enumerate(one.attempts, 1)
        for line in _attempt_lines(number, attempt)
    ]
    summary = f"<b>failed</b> {tag(str(one.address))} {tag(one.check.name)}, {one.side}{beside}"
    return Piece(short, tuple(details(summary, fenced(lines or [ENDED_EARLY], "text"))))


def _attempt_lines(number: int, attempt: Attempt) -> Iterator[str]:
    """Yield the failures of one answer, with its number."""
    for said in attempt.failures:
        yield from (visible(line) for line in f"answer {number}: {said}".splitlines())


def checks_junit(report: ChecksReport) -> str:
    """Return a report as JUnit XML, with one test for each result of a check.

    The test fails if the answers failed and the result decides over an apply.
    """
    whole = Case(
        "every assistant passed",
        "test",
        outcome(report),
        "" if report.passed else outcome(report),
        kind="test",
    )
    return junit("test", [whole, *(_case(one, report) for one in ordered(report))])


def _case(one: Tested, report: ChecksReport) -> Case:
    """Return one result as a JUnit test. A result that does not decide over an apply counts as skipped."""
    said = [line for n, a in enumerate(one.attempts, 1) for line in _attempt_lines(n, a)]
    failed = "" if one.passed else (said or [ENDED_EARLY])[0]
    # A pipeline stops at a failed test, and the live side of a comparison must not stop it.
    is_deciding = decides(one, report)
    return Case(
        f"{one.check.name} ({one.side})",
        str(one.address),
        "\n".join(said),
        failed=failed if is_deciding else "",
        skipped="" if is_deciding else "for comparison",
        kind="check",
        seconds=sum(attempt.seconds for attempt in one.attempts),
    )


def passed_of_document(
    data: Mapping[str, Any],
) -> tuple[str, bool, Mapping[Address, frozenset[str]]]:
    """Return what `apply --tested` needs of a document that `checks_document` made.

    Return the digest of the plan, true if every deciding check passed, and for each candidate the
    digests of the checks that it passed. Raises ValueError for any other document.
    """
    try:
        if data["format_version"] != FORMAT_VERSION:
            raise ValueError("it was written by another version of provisioner")
        judged = {Address.parse(key): Side(side) for key, side in data["judged"].items()}
        held: dict[Address, set[str]] = {}
        for one in data["results"]:
            if one["decides"] and one["passed"]:
                held.setdefault(Address.parse(one["address"]), set()).add(str(one["check_digest"]))
        # Without results nothing failed either, so each assistant has to have passed a check.
        passed = data["passed"] is True and held.keys() >= judged.keys()
        candidates = {
            one: frozenset(held.get(one, ()))
            for one, side in judged.items()
            if side is Side.CANDIDATE
        }
        return str(data["digest"]), passed, candidates
    except KeyError as error:
        raise ValueError(f"it has no {error}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError("it does not have the form of a report") from error
