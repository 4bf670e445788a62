"""ask: one question to a live assistant, as an application would put it. For smoke tests.

On `assistants`: thread → message → run → answer. The thread is ours and goes again; one that is
continued stays. Releases and agents have their own ways, beside this file.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provisioner.kinds.assistant_tools import tool_name
from provisioner.model.address import Address
from provisioner.model.errors import Invalid, ProviderError
from provisioner.model.frozen import frozen
from provisioner.model.mark import ADDRESS, OWNER, PREFIX
from provisioner.model.provider import Row
from provisioner.source.suggest import did_you_mean
from provisioner.verbs._shared.lookup import find_row, open_live
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.answers import Answer, Call, Made, citations, made_files, save, text_of
from provisioner.verbs.ask_responses import RESPONSES, ask_release
from provisioner.verbs.ask_sessions import ask_session
from provisioner.verbs.live import check_is_assistant, live_assistant
from provisioner.verbs.load import AGENTS
from provisioner.verbs.shapes import mapping, mappings

RUNS, MESSAGES, STEPS = "threads/runs", "threads/messages", "threads/runs/steps"
ENDED = frozenset({"completed", "failed", "cancelled", "expired", "incomplete"})
WAITING = "requires_action"
PATIENCE = (0.2, 3.0)
"""Seconds between two looks at a run: at first, and at most."""
CANCELLING = 20
"""How often to look whether a run is cancelled by now."""

Tell = Callable[[str], None]


@frozen
class Question:
    """`thread` continues one: a thread, a response, a conversation, a session.

    `tool_outputs` answers functions by name, each with a JSON text.
    """

    text: str
    thread: str = ""
    keep_thread: bool = False
    tool_outputs: Mapping[str, str] = field(default_factory=dict)
    steps: bool = False
    save_files: Path | None = None


def ask(
    options: RunOptions, address: Address, question: Question, tell: Tell = lambda _line: None
) -> Answer:
    """Ask and wait for the end of the run, whatever it is. `tell` hears what happens meanwhile.

    Gives up, cancelling the run, after `options.timeout` seconds. Raises ProvisionerError.
    """
    with open_live(options) as session:
        check_is_assistant(address)
        _tell_of_strangers(session, address, question, tell)
        if session.runtime.name == RESPONSES:
            return ask_release(session, address, question, tell)
        about = {
            OWNER: str(session.stack.owner),
            ADDRESS: str(address),
            f"{PREFIX}source": "ask",
        }
        if session.runtime.name == AGENTS:
            return ask_session(session, address, question, about, tell)
        assistant = live_assistant(session, address, find_row(session, address))
        with _thread(session, question, about, tell) as thread:
            asking = _Asking(session, thread, question, tell, time.monotonic() + options.timeout)
            body = {**assistant.run_params(), "metadata": about}
            run = asking.run(body)
            return asking.answer(address, assistant.id, run)


def _tell_of_strangers(session: Session, address: Address, question: Question, tell: Tell) -> None:
    """An answer for a function that the assistant has not is a typing error, as a rule."""
    if address not in session.desired:
        return
    tools = session.desired[address].spec.get("tools") or {}
    known = [
        tool_name("function", key) for key, tool in tools.items() if tool.get("type") == "function"
    ]
    for name in question.tool_outputs:
        if name not in known:
            tell(f"warning: {address} has no function {name}.{did_you_mean(name, known)}")


@contextmanager
def _thread(
    session: Session, question: Question, about: Mapping[str, str], tell: Tell
) -> Iterator[str]:
    """The thread to ask in. One that we made is deleted, however it ends, unless it is kept."""
    provider = session.provider
    if question.thread:
        yield str(provider.get("threads", question.thread)["id"])
        return
    thread = str(provider.create("threads", {"metadata": about})["id"])
    tell(f"Thread {thread}{'' if question.keep_thread else ', deleted afterwards'}")
    try:
        yield thread
    finally:
        if not question.keep_thread:
            try:
                provider.delete("threads", thread)
            except ProviderError as error:
                tell(f"warning: thread {thread} could not be deleted and stays: {error}")


@dataclass(slots=True)
class _Asking:
    session: Session
    thread: str
    question: Question
    tell: Tell
    deadline: float
    calls: list[Call] = field(default_factory=list)
    why: str = ""

    def run(self, body: Mapping[str, Any]) -> Row:
        """Put the question and see the run through. A run that is left behind is cancelled."""
        provider = self.session.provider
        message = {"role": "user", "content": self.question.text}
        provider.create(MESSAGES, message, self.thread)
        run = provider.create(RUNS, body, self.thread)
        try:
            return self._ended(run)
        except BaseException:
            # Also on Ctrl-C: a run that nobody reads costs money.
            with suppress(ProviderError):
                provider.action(RUNS, str(run["id"]), "cancel", {}, self.thread)
            raise

    def _ended(self, run: Row) -> Row:
        pause, longest = PATIENCE
        while run.get("status") not in ENDED:
            if run.get("status") == WAITING:
                calls = _required(run)
                self._note(calls)
                missing = [c.name for c in calls if c.name not in self.question.tool_outputs]
                if missing:
                    self.why = f"no answer for {', '.join(missing)}: pass --tool-output NAME=JSON"
                    return self._cancel(run)
                run = self._answered(run, calls)
                continue
            if time.monotonic() >= self.deadline:
                self.why = f"it was still {run.get('status')} when the time was up (--timeout)"
                return self._cancel(run)
            time.sleep(min(pause, max(0.0, self.deadline - time.monotonic())))
            pause = min(pause * 1.5, longest)
            run = self.session.provider.get(RUNS, str(run["id"]), self.thread)
        return run

    def _note(self, calls: Sequence[Call]) -> None:
        for call in calls:
            output = self.question.tool_outputs.get(call.name)
            self.calls.append(Call(call.id, call.name, call.arguments, output))
            self.tell(f"{call.name}({call.arguments}){'' if output is None else f' = {output}'}")

    def _answered(self, run: Row, calls: Sequence[Call]) -> Row:
        outputs = [
            {"tool_call_id": call.id, "output": self.question.tool_outputs[call.name]}
            for call in calls
        ]
        body = {"tool_outputs": outputs}
        return self.session.provider.action(
            RUNS, str(run["id"]), "submit_tool_outputs", body, self.thread
        )

    def _cancel(self, run: Row) -> Row:
        """Cancel, and wait a little for it to be done."""
        provider, id = self.session.provider, str(run["id"])
        try:
            run = provider.action(RUNS, id, "cancel", {}, self.thread)
        except Invalid:
            # It ended by itself in the meantime.
            run = provider.get(RUNS, id, self.thread)
        for _ in range(CANCELLING):
            if run.get("status") in ENDED:
                break
            time.sleep(PATIENCE[0])
            run = provider.get(RUNS, id, self.thread)
        return run

    def answer(self, address: Address, assistant_id: str, run: Row) -> Answer:
        provider, run_id = self.session.provider, str(run["id"])
        messages = self._messages(run_id)
        steps: Sequence[Row] = ()
        if self.question.steps:
            steps = self._steps(run_id)
        files = made_files(messages, provider)
        if self.question.save_files:
            files = tuple(save(file, self.question.save_files, provider) for file in files)
        return Answer(
            address=address,
            assistant_id=assistant_id,
            thread_id=self.thread,
            thread_kept=bool(self.question.thread) or self.question.keep_thread,
            run_id=run_id,
            status=str(run.get("status")),
            text="\n\n".join(filter(None, map(text_of, messages))),
            # What completed while it was given up did complete.
            why="" if run.get("status") == "completed" else self.why or _why(run),
            usage=mapping(run.get("usage")),
            calls=tuple(self.calls),
            citations=citations(messages, provider),
            steps=tuple(steps),
            files=files,
        )

    def _steps(self, run_id: str) -> Sequence[Row]:
        try:
            return self.session.provider.list(STEPS, f"{self.thread}/{run_id}", order="asc")
        except ProviderError as error:
            # The answer is there: it is not given up for what stands beside it.
            self.tell(f"warning: the steps of {run_id} cannot be read: {error}")
            return ()

    def _messages(self, run_id: str) -> list[Row]:
        """What the run said, oldest first."""
        rows = self.session.provider.list(MESSAGES, self.thread, order="asc", run_id=run_id)
        said = [row for row in rows if row.get("role") == "assistant"]
        mine = [row for row in said if row.get("run_id") == run_id]
        # Some servers do not say which run a message is of; in a thread of ours there is only one.
        return mine or ([] if self.question.thread else said)


def _required(run: Row) -> list[Call]:
    """The function calls that a run waits for."""
    action = mapping(run.get("required_action"))
    calls = mappings(mapping(action.get("submit_tool_outputs")).get("tool_calls"))
    functions = ((str(call.get("id")), mapping(call.get("function"))) for call in calls)
    return [Call(id, str(f.get("name")), _arguments(f.get("arguments"))) for id, f in functions]


def _arguments(value: Any) -> str:
    """Arguments as the one line of JSON that they should be."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _why(run: Row) -> str:
    """What the server says of a run that did not complete."""
    error, details = run.get("last_error"), run.get("incomplete_details")
    parts = [mapping(error).get("code"), mapping(error).get("message")]
    parts += [mapping(details).get("reason")]
    parts += [odd for odd in (error, details) if isinstance(odd, str)]
    return ": ".join(str(part) for part in parts if part)


__all__ = ["Answer", "Made", "Question", "ask"]
