"""Reports say that all is well only where everything was done, asked and found right."""

import pytest

from provisioner.model.address import Address
from provisioner.model.checks import Attempt, Check, ChecksReport, Expectation, Side
from provisioner.model.checks import Tested as CheckTested
from provisioner.model.code import error, warning
from provisioner.model.conversation import Answer
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.ledger import Tracked, TrackedStatus
from provisioner.model.retirement import MOST_TOLD, Ended, Erasure, Imported, Retired
from provisioner.model.validation import Validation

QA = Address("assistant", "qa")
OTHER = Address("assistant", "other")
CHECK = Check("greets", "Hello?", (Expectation("contains", "Hi"),), repeats=2)
WRONG = Diagnostic(error("wrong", "it is wrong", "Mend it."))
ODD = Diagnostic(warning("odd", "it is odd", "Look at it."))


def answer(tokens: object = 7) -> Answer:
    usage = {"total_tokens": tokens}
    return Answer(QA, "asst_1", "thread_1", False, "run_1", "completed", "Hi", usage=usage)


def attempts(*failures: str) -> tuple[Attempt, ...]:
    """One attempt for each text, which passed where the text is empty."""
    return tuple(Attempt(answer(), 0.1, (told,) if told else ()) for told in failures)


def report(*results: CheckTested, **judged: Side) -> ChecksReport:
    sides = {Address("assistant", name): side for name, side in judged.items()}
    return ChecksReport("acme", "", "local", "embedded", "digest", results, sides)


@pytest.mark.parametrize(
    ("found", "passed"),
    [(attempts("", ""), True), (attempts("", "no"), False), (attempts(""), False), ((), False)],
    ids=["all held", "one did not hold", "asked once of twice", "never asked"],
)
def test_a_check_passes_where_it_was_asked_often_enough_and_everything_held(
    found: tuple[Attempt, ...], passed: bool
) -> None:
    tested = CheckTested(QA, CHECK, Side.LIVE, found)
    assert tested.passed is passed
    assert report(tested, qa=Side.LIVE).passed is passed


def test_only_the_side_that_decides_counts() -> None:
    live = CheckTested(QA, CHECK, Side.LIVE, attempts("no", "no"))
    candidate = CheckTested(QA, CHECK, Side.CANDIDATE, attempts("", ""))
    found = report(candidate, live, qa=Side.CANDIDATE)
    assert found.deciding == (candidate,)
    assert found.passed
    assert not report(candidate, live, qa=Side.LIVE).passed


def test_an_assistant_that_was_not_asked_has_not_passed() -> None:
    candidate = CheckTested(QA, CHECK, Side.CANDIDATE, attempts("", ""))
    assert not report(candidate, qa=Side.CANDIDATE, other=Side.LIVE).passed
    assert not report(qa=Side.LIVE).passed


def test_tokens_are_counted_where_somebody_counted_them() -> None:
    found = (
        Attempt(answer(5), 0.1),
        Attempt(answer(None), 0.1),
        Attempt(None, 0.1, ("no answer",)),
    )
    assert [one.tokens for one in found] == [5, 0, 0]
    assert report(CheckTested(QA, CHECK, Side.LIVE, found)).tokens == 5


def tracked(number: int) -> Tracked:
    return Tracked("host", "thread", f"thread_{number}", "user:42")


def test_what_was_retired_is_counted_by_how_it_ended() -> None:
    counts = Retired()
    counts.add(Ended(tracked(n), TrackedStatus.RETIRED) for n in range(3))
    counts.add([Ended(tracked(3), TrackedStatus.GONE)])
    counts.add(Ended(tracked(n), TrackedStatus.TRACKED, "500") for n in range(MOST_TOLD + 5))
    assert (counts.deleted, counts.gone, counts.failed) == (3, 1, MOST_TOLD + 5)
    assert counts.ended == MOST_TOLD + 9
    assert len(counts.failures) == MOST_TOLD


@pytest.mark.parametrize(
    ("erasure", "complete"),
    [
        (Erasure("run-1", "user:42", "host"), True),
        (Erasure("run-1", "user:42", "host", (Ended(tracked(1), TrackedStatus.GONE),)), True),
        (Erasure("run-1", "user:42", "host", (Ended(tracked(1), TrackedStatus.TRACKED),)), False),
        (Erasure("run-1", "user:42", "host", interrupted=True), False),
        (Erasure("run-1", "user:42", "host", diagnostics=(ODD,)), False),
    ],
    ids=["nothing there", "gone already", "one stands", "interrupted", "something was left out"],
)
def test_an_erasure_is_complete_where_nothing_stands_or_was_left_out(
    erasure: Erasure, complete: bool
) -> None:
    assert erasure.is_complete is complete


def test_what_erased_objects_named_is_told_once() -> None:
    ended = (
        Ended(tracked(1), TrackedStatus.RETIRED, named=frozenset({"vs_2", "file-1"})),
        Ended(tracked(2), TrackedStatus.RETIRED, named=frozenset({"file-1"})),
    )
    assert Erasure("run-1", "user:42", "host", ended).named == ("file-1", "vs_2")


def test_imports_add_up() -> None:
    assert Imported(2, 1) + Imported(3) == Imported(5, 1)


@pytest.mark.parametrize(("found", "valid"), [((), True), ((ODD,), True), ((ODD, WRONG), False)])
def test_a_folder_is_valid_with_warnings_and_not_with_errors(
    found: tuple[Diagnostic, ...], valid: bool
) -> None:
    assert Validation({"assistant": 1}, 0, found).valid is valid
