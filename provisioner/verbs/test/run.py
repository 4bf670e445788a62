"""test: ask the questions of checks, of assistants as a plan would make them and as they are live."""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace

from provisioner.engine.file_names import unmarked_name
from provisioner.engine.receipts import masked_text
from provisioner.engine.saved import plan_digest
from provisioner.model.address import Address
from provisioner.model.checks import Attempt, Check, ChecksReport, Side, Tested
from provisioner.model.codes import tests as codes
from provisioner.model.conversation import Answer, AppliedAssistant, Asking, Question
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import PlanRefused, ProvisionerError, UsageError
from provisioner.model.frozen import frozen
from provisioner.model.mark import ADDRESS, OWNER, PREFIX
from provisioner.policy.expectations import COMMAND, failures
from provisioner.verbs._shared.applied import applied_assistant, conversation_of, refused
from provisioner.verbs._shared.lookup import live_row, whole_address
from provisioner.verbs._shared.session import RunOptions, Session, secrets_of
from provisioner.verbs.plan import Planned, planned
from provisioner.verbs.test.candidate import candidates, candidates_of, changed
from provisioner.verbs.test.commands import judged_by

Heard = Callable[[Tested], None]


@frozen
class CheckOptions:
    """The options of one test run.

    `max_tokens` is the most tokens of all runs together, None for no limit. Programs of checks run
    only if `allow_commands` is true, since a manifest names them. Live assistants are not asked if
    `candidate_only` is true. `heard` gets each result at once.
    """

    max_tokens: int | None = None
    allow_commands: bool = False
    candidate_only: bool = False
    select: Sequence[str] = ()
    heard: Heard = field(default=lambda _tested: None)


def run_checks(options: RunOptions, address: Address | None, how: CheckOptions) -> ChecksReport:
    """Ask every check, or those of one assistant, and return the report.

    An assistant that the plan changes, itself or through what it refers to, is asked as a candidate
    and, if it is live, as it is now. Any other is asked as it is. Nothing of the stack is changed.
    Raises ProvisionerError if the manifests have errors, no assistant has checks, a guard refuses
    the plan, or a candidate cannot be created.
    """
    with planned(options, select=how.select) as found:
        if found.plan.standing:
            raise PlanRefused(*found.plan.standing)
        return _tested(found, _wanted(found, address), how)


def _wanted(found: Planned, address: Address | None) -> Mapping[Address, tuple[Check, ...]]:
    """Return the checks by address. Raises UsageError if there are none."""
    desired = found.session.desired
    if address is not None:
        address = whole_address(found.session, address, found.live)
    wanted = {
        one: resource.checks
        for one, resource in desired.items()
        if resource.checks and address in (None, one)
    }
    if not wanted:
        subject = str(address or found.session.stack.owner)
        raise UsageError(Diagnostic(codes.NO_CHECKS, "Nothing was asked.", subject=subject))
    return wanted


def _tested(
    found: Planned, wanted: Mapping[Address, tuple[Check, ...]], how: CheckOptions
) -> ChecksReport:
    """Ask the checks of a plan's assistants, and return the report."""
    session, plan = found.session, found.plan
    if conversation_of(session.runtime, "tested").ask is None:
        raise refused(session.runtime, "tested")
    _check_commands(wanted, how)
    moved = changed(plan, session.desired)
    resources = candidates_of(session.desired, found.live, moved, [a for a in wanted if a in moved])
    problems: list[Diagnostic] = []
    asker = _Asker(how)
    results: list[Tested] = []
    if resources:
        with candidates(found, resources, problems) as beside:
            of_candidates = {a: checks for a, checks in wanted.items() if a in resources}
            results += asker.asked(beside, of_candidates, Side.CANDIDATE)
    if not how.candidate_only or not resources:
        results += asker.asked(session, wanted, Side.LIVE)
    if asker.is_over:
        told = f"The runs used {asker.tokens} tokens, and --max-tokens allows {how.max_tokens}."
        problems.append(warning(codes.TOKENS_USED_UP, told))
    return ChecksReport(
        stack=plan.stack,
        environment=plan.environment,
        target=plan.target,
        host=plan.host,
        digest=plan_digest(plan, session.context.settings),
        results=tuple(results),
        judged={one: Side.CANDIDATE if one in resources else Side.LIVE for one in wanted},
        diagnostics=tuple(problems),
    )


def _check_commands(wanted: Mapping[Address, tuple[Check, ...]], how: CheckOptions) -> None:
    """Raise ProvisionerError, before anything is created, if a program would run without permission."""
    if how.allow_commands:
        return
    for checks in wanted.values():
        for check in checks:
            if any(one.rule == COMMAND for one in check.expect):
                detail = "Read what the program does, then add --allow-commands."
                raise ProvisionerError(
                    Diagnostic(codes.COMMAND_NOT_ALLOWED, detail, check.origin, subject=check.name)
                )


class _Asker:
    """Asks checks one after the other, and counts the tokens of all of them."""

    def __init__(self, how: CheckOptions) -> None:
        self._how = how
        self.tokens = 0
        self.is_over = False

    def asked(
        self, session: Session, wanted: Mapping[Address, tuple[Check, ...]], side: Side
    ) -> Iterator[Tested]:
        """Yield the result of each check, asked of the live objects of a session.

        `side` says if these are candidates. An address without a live object is left out.
        """
        for address, checks in wanted.items():
            row = live_row(session, address)
            if row is None:
                continue
            assistant = applied_assistant(session, address, row)
            for check in checks:
                attempts = tuple(self._attempts(session, assistant, check))
                tested = Tested(address, check, side, attempts)
                self._how.heard(tested)
                yield tested

    def _attempts(
        self, session: Session, assistant: AppliedAssistant, check: Check
    ) -> Iterator[Attempt]:
        """Yield the answers to one check, until the tokens are used up."""
        for _ in range(check.repeats):
            if self.is_over:
                return
            attempt = self._attempt(session, assistant, check)
            self.tokens += attempt.tokens
            most = self._how.max_tokens
            self.is_over = most is not None and self.tokens >= most
            yield attempt

    def _attempt(self, session: Session, assistant: AppliedAssistant, check: Check) -> Attempt:
        """Ask one question, and judge the answer."""
        put = conversation_of(session.runtime).ask
        if put is None:
            raise refused(session.runtime, "tested")
        options, owner = session.options, session.stack.owner
        about = {OWNER: str(owner), ADDRESS: str(assistant.address), f"{PREFIX}source": "test"}
        # A model may repeat its instructions, and a report is passed around.
        hidden = _hidden(session)
        question = Question(check.question, tool_outputs=check.tool_outputs)
        began = time.monotonic()
        try:
            answer = put(
                assistant, Asking(question, about, options.timeout, options.settle, _unheard)
            )
        except ProvisionerError as error:
            return Attempt(None, time.monotonic() - began, (masked_text(str(error), hidden),))
        seconds = time.monotonic() - began
        # With `file_names: marked`, an upload has another name than its document.
        names = tuple(map(unmarked_name, answer.citations))
        judged = replace(answer, citations=names)
        shown = _masked(answer, hidden)
        said = [*failures(check.expect, judged, seconds, replace(shown, citations=names))]
        if answer.completed:
            said += judged_by(check, judged, session.stack.root, options, hidden)
        return Attempt(shown, seconds, tuple(masked_text(one, hidden) for one in said))


def _hidden(session: Session) -> frozenset[str]:
    """Return the secrets of a session, as they are and as JSON spells them.

    Arguments of calls are JSON, in which a quotation mark or a line break of a secret is escaped.
    """
    secrets = secrets_of(session.desired)
    spelled = (json.dumps(s, ensure_ascii=ascii)[1:-1] for s in secrets for ascii in (True, False))
    return frozenset(secrets).union(spelled)


def _masked(answer: Answer, hidden: Collection[str]) -> Answer:
    """Return an answer with the secrets masked in everything that a report shows of it."""
    calls = tuple(
        replace(call, arguments=masked_text(call.arguments, hidden)) for call in answer.calls
    )
    return replace(
        answer,
        text=masked_text(answer.text, hidden),
        why=masked_text(answer.why, hidden),
        calls=calls,
    )


def _unheard(_line: str) -> None:
    """Ignore the lines about the steps of a run: the report has one line for each check."""
