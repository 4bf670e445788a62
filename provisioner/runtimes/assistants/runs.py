"""`ask` on the `assistants` runtime: it starts a run on a thread, waits for it and returns the answer.

A thread that was created for the question is deleted afterwards. A thread that the question
continues is kept.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from provisioner.model.conversation import (
    Answer,
    AppliedAssistant,
    Asking,
    Call,
    MadeFile,
)
from provisioner.model.errors import Invalid, ProviderError
from provisioner.model.provider import Provider, Row
from provisioner.runtimes._shared.answers import (
    CANCELLING,
    PATIENCE,
    CallLog,
    arguments_of,
    citations,
    made_files,
    text_of,
)
from provisioner.runtimes._shared.shapes import mapping, mappings

RUNS, MESSAGES, STEPS = "threads/runs", "threads/messages", "threads/runs/steps"
ENDED = frozenset({"completed", "failed", "cancelled", "expired", "incomplete"})
"""The statuses of a run that has ended."""
WAITING = "requires_action"
"""The status of a run that waits for the outputs of functions."""


def ask(assistant: AppliedAssistant, params: Mapping[str, Any], asking: Asking) -> Answer:
    """Send the question to a thread, and wait until a run with these parameters has ended.

    Raises ProvisionerError.
    """
    with _thread(assistant.provider, asking) as thread:
        deadline = time.monotonic() + asking.timeout
        run = _Run(assistant.provider, thread, asking, deadline, CallLog(asking))
        ended = run.begun({**params, "metadata": asking.about})
        return run.answer(assistant, ended)


@contextmanager
def _thread(provider: Provider, asking: Asking) -> Iterator[str]:
    """Yield the id of the thread for the question.

    A thread that was created here is deleted at the end, unless the question keeps it.
    """
    question = asking.question
    if question.thread:
        yield str(provider.get("threads", question.thread)["id"])
        return
    thread = str(provider.create("threads", {"metadata": asking.about})["id"])
    asking.tell(f"Thread {thread}{'' if question.keep_thread else ', deleted afterwards'}")
    try:
        yield thread
    finally:
        if not question.keep_thread:
            try:
                provider.delete("threads", thread)
            except ProviderError as error:
                asking.tell(f"warning: thread {thread} could not be deleted and stays: {error}")


@dataclass(slots=True)
class _Run:
    """One run on a thread, from the question to the answer.

    `why` is the reason if `ask` gave the run up; '' otherwise.
    """

    provider: Provider
    thread: str
    asking: Asking
    deadline: float
    log: CallLog
    why: str = ""

    def begun(self, body: Mapping[str, Any]) -> Row:
        """Send the question, wait until its run has ended, and return the run.

        If waiting fails or is interrupted, the run is cancelled.
        """
        message = {"role": "user", "content": self.asking.question.text}
        # A create whose answer was lost ends `ask` here: sent again, the question would stand
        # twice.
        self.provider.create(MESSAGES, message, self.thread)
        run = self.provider.create(RUNS, body, self.thread)
        try:
            return self._ended(run)
        except BaseException:
            # This also happens on Ctrl-C, because a run that nobody waits for still costs money.
            with suppress(ProviderError):
                self.provider.action(RUNS, str(run["id"]), "cancel", {}, self.thread)
            raise

    def _ended(self, run: Row) -> Row:
        """Return the run when it has ended, after sending the outputs that it waits for."""
        pause, longest = PATIENCE
        while run.get("status") not in ENDED:
            # Without a pause: the run waits for us, and expires after some minutes.
            if run.get("status") == WAITING:
                calls = _required(run)
                self.why = self.log.note(calls)
                if self.why:
                    return self._cancelled(run)
                run = self._with_outputs(run, calls)
                continue
            if time.monotonic() >= self.deadline:
                self.why = f"it was still {run.get('status')} when the time was up (--timeout)"
                return self._cancelled(run)
            time.sleep(min(pause, max(0.0, self.deadline - time.monotonic())))
            pause = min(pause * 1.5, longest)
            run = self.provider.get(RUNS, str(run["id"]), self.thread)
        return run

    def _with_outputs(self, run: Row, calls: Sequence[Call]) -> Row:
        """Send the outputs of function calls, and return the run."""
        given = self.asking.question.tool_outputs
        outputs = [{"tool_call_id": call.id, "output": given[call.name]} for call in calls]
        body = {"tool_outputs": outputs}
        return self.provider.action(RUNS, str(run["id"]), "submit_tool_outputs", body, self.thread)

    def _cancelled(self, run: Row) -> Row:
        """Cancel the run, wait a short time until it has ended, and return it."""
        id = str(run["id"])
        try:
            run = self.provider.action(RUNS, id, "cancel", {}, self.thread)
        except Invalid:
            # The server refuses to cancel a run that has ended meanwhile.
            run = self.provider.get(RUNS, id, self.thread)
        for _ in range(CANCELLING):
            if run.get("status") in ENDED:
                break
            time.sleep(PATIENCE[0])
            run = self.provider.get(RUNS, id, self.thread)
        return run

    def answer(self, assistant: AppliedAssistant, run: Row) -> Answer:
        """Return the answer of a run that has ended."""
        question, run_id = self.asking.question, str(run["id"])
        messages = self._messages(run_id)
        steps = self._steps(run_id) if question.steps else ()
        return Answer(
            address=assistant.address,
            assistant_id=assistant.id,
            thread_id=self.thread,
            thread_kept=question.keeps_thread,
            run_id=run_id,
            status=str(run.get("status")),
            text="\n\n".join(filter(None, map(text_of, messages))),
            # A run may complete while `ask` gives it up. It then counts as completed.
            why="" if run.get("status") == "completed" else self.why or _why(run),
            usage=mapping(run.get("usage")),
            calls=tuple(self.log.calls),
            citations=citations(messages, self.provider),
            steps=tuple(steps),
            files=tuple(map(self._saved, made_files(messages, self.provider))),
        )

    def _saved(self, file: MadeFile) -> MadeFile:
        """Save a file and return its record, or return `file` unchanged if nothing is to be saved."""
        save = self.asking.save
        return save(file, self.provider.content(file.file_id, "files", "")) if save else file

    def _steps(self, run_id: str) -> Sequence[Row]:
        """Return the steps of the run, or none, after a warning, if they cannot be read."""
        try:
            return self.provider.list(STEPS, f"{self.thread}/{run_id}", order="asc")
        except ProviderError as error:
            # The answer is in the messages, so it is complete without the steps.
            self.asking.tell(f"warning: the steps of {run_id} cannot be read: {error}")
            return ()

    def _messages(self, run_id: str) -> list[Row]:
        """Return the messages of the run, oldest first."""
        rows = self.provider.list(MESSAGES, self.thread, order="asc", run_id=run_id)
        said = [row for row in rows if row.get("role") == "assistant"]
        mine = [row for row in said if row.get("run_id") == run_id]
        # Some servers do not record the run of a message. A thread of ours has only one run.
        return mine or ([] if self.asking.question.thread else said)


def _required(run: Row) -> list[Call]:
    """Return the function calls for which a run waits."""
    action = mapping(run.get("required_action"))
    calls = mappings(mapping(action.get("submit_tool_outputs")).get("tool_calls"))
    functions = ((str(call.get("id")), mapping(call.get("function"))) for call in calls)
    return [Call(id, str(f.get("name")), arguments_of(f.get("arguments"))) for id, f in functions]


def _why(run: Row) -> str:
    """Return the server's reason why a run did not complete."""
    error, details = run.get("last_error"), run.get("incomplete_details")
    parts = [mapping(error).get("code"), mapping(error).get("message")]
    parts += [mapping(details).get("reason")]
    # Some servers return a text where the API has an object.
    parts += [odd for odd in (error, details) if isinstance(odd, str)]
    return ": ".join(str(part) for part in parts if part)
