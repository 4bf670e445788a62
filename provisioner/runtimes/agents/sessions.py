"""`ask` on the `agents` runtime: it begins a session, waits for its turn and returns the answer.

A session costs money while it runs. So a turn that has not ended is cancelled, and the session is
deleted, unless the question keeps it. A session that existed before the question stays.
"""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from provisioner.model.codes import commands as codes
from provisioner.model.conversation import (
    Answer,
    AppliedAssistant,
    Asking,
    Call,
    MadeFile,
    Tell,
)
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import Ambiguous, Invalid, ProviderError, ProvisionerError
from provisioner.model.provider import Provider, Row
from provisioner.runtimes._shared.answers import (
    CANCELLING,
    PATIENCE,
    TOKENS,
    CallLog,
    arguments_of,
    safe_name,
    text_of_item,
)
from provisioner.runtimes._shared.shapes import mapping, mappings, number

SESSIONS, EVENTS, TURNS = "agents/sessions", "agents/sessions/events", "agents/sessions/turns"
ITEMS, ARTIFACTS = "agents/sessions/turns/items", "agents/sessions/artifacts"
INPUT = "agent.session.input."
"""The beginning of the type of every event that is sent to a session."""
RUNNING = frozenset({"in_progress", "requires_action"})
"""The statuses of a session whose turn has not ended."""
CANCELLED = "cancelled"
OVER = frozenset({"completed", "failed", CANCELLED})
"""The statuses of a turn that has ended."""
STOPPED = frozenset({"failed", "budget_reached"})
"""The statuses of a session that has ended, whatever the status of its last turn is."""
CONNECTION = "environment_connection"
"""The type of the action by which a session waits for a self-hosted environment."""
ASKED = "provisioner.asked"
"""The metadata key by which a session is found if the answer to its creation was lost."""


def ask(assistant: AppliedAssistant, params: Mapping[str, Any], asking: Asking) -> Answer:
    """Begin a session with these parameters, or continue one, and wait until its turn has ended.

    Raises ProvisionerError.
    """
    deadline = time.monotonic() + asking.timeout
    metadata = {**asking.about, ASKED: secrets.token_hex(8)}
    body = {**params, "input": asking.question.text, "metadata": metadata}
    with _begun(assistant, asking, body) as begun:
        id, earlier = begun
        turn = _Turn(assistant.provider, id, earlier, asking, deadline, CallLog(asking))
        return turn.answer(assistant, turn.end())


@contextmanager
def _begun(
    assistant: AppliedAssistant, asking: Asking, body: Mapping[str, Any]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Send the question, and yield (the session's id, the ids of the turns that had ended before).

    If the block is left by an exception, a turn that still runs is cancelled. At its end the
    session is deleted, unless the question keeps it.
    """
    question, provider = asking.question, assistant.provider
    if question.thread:
        id, earlier = _continued(provider, assistant.id, question.thread)
    else:
        id, earlier = _made(provider, body, asking), frozenset[str]()
    try:
        if question.thread:
            _send(provider, id, _message(question.text))
        else:
            asking.tell(f"Session {id}{'' if question.keep_thread else ', deleted afterwards'}")
        yield id, earlier
    except BaseException:
        # This also happens on Ctrl-C, because a turn that nobody waits for still costs money.
        with suppress(ProviderError):
            _send(provider, id, {"type": f"{INPUT}cancel"})
        raise
    finally:
        if not question.keeps_thread:
            _delete(provider, id, asking.tell)


def _made(provider: Provider, body: Mapping[str, Any], asking: Asking) -> str:
    """Return the id of a new session.

    If the answer was lost, the session is searched for and used, because a second create would make
    a second session.
    """
    try:
        return str(provider.create(SESSIONS, body)["id"])
    except Ambiguous:
        # A list may show a new session late, so it is read until the patience for that is over.
        deadline = time.monotonic() + asking.settle
        while not (found := _unanswered(provider, body)):
            if time.monotonic() >= deadline:
                raise
            time.sleep(PATIENCE[0])
        return found
    except KeyboardInterrupt:
        # The server may have created the session although it has not answered yet.
        with suppress(ProviderError):
            if found := _unanswered(provider, body):
                _delete(provider, found, asking.tell)
        raise


def _unanswered(provider: Provider, body: Mapping[str, Any]) -> str:
    """Return the id of the session that was created with this body, or '' if the list has none."""
    # The metadata is compared here, because the server's own filter by it may lag behind.
    rows = provider.list(SESSIONS, agent_id=body["agent_id"])
    wanted = body["metadata"][ASKED]
    mine = (row for row in rows if (row.get("metadata") or {}).get(ASKED) == wanted)
    return next((str(row["id"]) for row in mine), "")


def _continued(provider: Provider, agent: str, id: str) -> tuple[str, frozenset[str]]:
    """Return (the id of an existing session, the ids of its ended turns).

    Raises ProvisionerError if the session is one of another agent.
    """
    row = provider.get(SESSIONS, id)
    other = (row.get("agent") or {}).get("id")
    if other != agent:
        detail = f"It is a session of {other}, and a session keeps the agent with which it began."
        raise ProvisionerError(Diagnostic(codes.NOT_THIS_ASSISTANTS_SESSION, detail, subject=id))
    # Turns that ended before cannot be the answer to the question that is sent next.
    turns = provider.list(TURNS, id)
    return str(row["id"]), frozenset(str(t["id"]) for t in turns if t.get("status") in OVER)


def _message(text: str) -> dict[str, Any]:
    """Return the event that sends a text to a session."""
    said = [{"role": "user", "content": [{"type": "input_text", "text": text}]}]
    return {"type": f"{INPUT}message", "input": said}


def _send(provider: Provider, id: str, *events: Mapping[str, Any]) -> None:
    provider.action(EVENTS, id, "create", {"events": list(events)}, "")


def _delete(provider: Provider, id: str, tell: Tell) -> None:
    """Delete a session, and warn if that fails.

    The server refuses to delete a session while a turn runs, so the turn is cancelled first.
    """
    for tries_left in reversed(range(CANCELLING)):
        try:
            provider.delete(SESSIONS, id)
        except Invalid as error:
            if not tries_left:
                tell(f"warning: session {id} could not be deleted and stays: {error}")
            with suppress(ProviderError):
                _send(provider, id, {"type": f"{INPUT}cancel"})
            time.sleep(PATIENCE[0])
        except ProviderError as error:
            tell(f"warning: session {id} could not be deleted and stays: {error}")
            return
        else:
            return


@dataclass(slots=True)
class _Turn:
    """One turn of a session. `earlier` are the turns that had ended before the question was sent.

    `why` is the reason if `ask` gave the turn up.
    """

    provider: Provider
    id: str
    earlier: frozenset[str]
    asking: Asking
    deadline: float
    log: CallLog
    why: str = ""
    _known: set[str] = field(default_factory=set)
    """Ids of calls that were answered, and of connections that were reported to the user."""

    def end(self) -> tuple[Row, Row]:
        """Return (session, turn) when the turn has ended, with {} for a turn that never began."""
        pause, longest = PATIENCE
        while True:
            row = self.provider.get(SESSIONS, self.id)
            # While the session runs, its turn has not ended, and one request for each look is
            # enough.
            turn = {} if row.get("status") in RUNNING else self._turn()
            if turn.get("status") in OVER or row.get("status") in STOPPED:
                return row, turn
            if row.get("status") == "requires_action" and (why := self._act(row)):
                self.why = why
            # After `_act`, so that an output that is ready is still sent in the last moment.
            elif time.monotonic() >= self.deadline:
                self.why = f"it was still {row.get('status')} when the time was up (--timeout)"
            if self.why:
                return self._cancel()
            time.sleep(min(pause, max(0.0, self.deadline - time.monotonic())))
            pause = min(pause * 1.5, longest)

    def _turn(self) -> Row:
        """Return the first new turn that is not a subagent's, or {} if there is none."""
        for turn in self.provider.list(TURNS, self.id):
            if str(turn["id"]) not in self.earlier and not turn.get("subagent_id"):
                return turn
        return {}

    def _act(self, row: Row) -> str:
        """Perform the actions for which a session waits, such as sending the outputs of functions.

        Returns '' if that is possible, else the reason why it is not.
        """
        waiting = mappings(row.get("required_actions"))
        if others := [a for a in waiting if a.get("type") not in ("function_call", CONNECTION)]:
            return f"it waits for an approval, which `ask` cannot give ({others[0].get('type')})"
        for action in waiting:
            if action.get("type") == CONNECTION and CONNECTION not in self._known:
                self._known.add(CONNECTION)
                self.asking.tell(
                    f"waiting for environment {action.get('environment_id')} to connect"
                )
        calls = [action for action in waiting if action.get("type") == "function_call"]
        # The server may still list a call for a moment after it was answered.
        fresh = [call for call in calls if str(call["call_id"]) not in self._known]
        return self._answer_calls(fresh) if fresh else ""

    def _answer_calls(self, calls: Sequence[Mapping[str, Any]]) -> str:
        """Send the outputs of function calls. Returns '', or the reason why that is not possible."""
        if why := self.log.note([_call(call) for call in calls]):
            return why
        outputs = self.asking.question.tool_outputs
        results = (_result(call, outputs[str(call["name"])]) for call in calls)
        _send(self.provider, self.id, *results)
        # Only after sending: a call whose output was not taken is answered again.
        self._known |= {str(call["call_id"]) for call in calls}
        return ""

    def _cancel(self) -> tuple[Row, Row]:
        """Cancel the turn, and wait a short time until it has ended."""
        _send(self.provider, self.id, {"type": f"{INPUT}cancel"})
        for _ in range(CANCELLING):
            row, turn = self.provider.get(SESSIONS, self.id), self._turn()
            if row.get("status") not in RUNNING:
                break
            time.sleep(PATIENCE[0])
        return row, turn

    def answer(self, assistant: AppliedAssistant, ended: tuple[Row, Row]) -> Answer:
        """Return the answer of a session and a turn that have ended."""
        row, turn = ended
        items = self._items(turn)
        status = str(
            # A session that stopped says why, while its last turn may look completed.
            row["status"] if row.get("status") in STOPPED else turn.get("status", CANCELLED)
        )
        usage = mapping(turn.get("usage"))
        return Answer(
            address=assistant.address,
            assistant_id=assistant.id,
            thread_id=self.id,
            thread_kept=self.asking.question.keeps_thread,
            run_id=str(turn.get("id") or ""),
            status=status,
            text=_said(items),
            # A turn may complete while `ask` gives it up. It then counts as completed.
            why="" if status == "completed" else self.why or _why(row, turn),
            usage={name: number(usage.get(theirs)) for name, theirs in TOKENS.items() if usage},
            calls=tuple(self.log.calls),
            steps=tuple(items) if self.asking.question.steps else (),
            files=self._files(row, turn),
        )

    def _items(self, turn: Row) -> list[Row]:
        if not turn:
            return []
        return self.provider.list(ITEMS, f"{self.id}/{turn['id']}")

    def _files(self, row: Row, turn: Row) -> tuple[MadeFile, ...]:
        """Return the files that the turn published. Only a hosted session can publish files."""
        if mapping(row.get("environment")).get("type") != "openai_hosted":
            return ()
        files = (
            MadeFile(
                str(made["id"]), safe_name(str(made.get("path") or "")) or safe_name(made["id"])
            )
            for made in self.provider.list(ARTIFACTS, self.id)
            if made.get("turn_id") == turn.get("id")
        )
        return tuple(map(self._saved, files))

    def _saved(self, file: MadeFile) -> MadeFile:
        """Return a file after it was saved, if the question asks for that."""
        save = self.asking.save
        return save(file, self.provider.content(file.file_id, ARTIFACTS, self.id)) if save else file


def _call(call: Mapping[str, Any]) -> Call:
    return Call(str(call["call_id"]), str(call["name"]), arguments_of(call.get("arguments")))


def _result(call: Mapping[str, Any], output: str) -> dict[str, Any]:
    place = {"turn_id": call["turn_id"], "call_id": call["call_id"]}
    return {"type": f"{INPUT}tool_result", **place, "success": True, "output": output}


def _said(items: Sequence[Row]) -> str:
    """Return the text of the final answer, or all texts of the agent if no item is marked as final."""
    said = [i for i in items if i.get("type") == "message" and i.get("role") == "assistant"]
    final = [item for item in said if item.get("phase") == "final_answer"] or said
    contents = (item.get("content") for item in final)
    parts = [part for one in contents for part in (one if isinstance(one, list) else [one])]
    return "\n\n".join(filter(None, map(text_of_item, parts)))


def _why(row: Row, turn: Row) -> str:
    """Return the server's reason why a turn did not complete, or why a session has stopped."""
    error = mapping(turn.get("error"))
    parts = [str(part) for part in (error.get("code"), error.get("message")) if part]
    if row.get("status") == "budget_reached":
        control = mapping(row.get("spend_control"))
        spent, limit = control.get("consumed"), control.get("limit")
        parts.append(f"{spent} of {limit} US cents have been spent (session.spend_limit)")
    elif row.get("status") == "failed" and row.get("error") not in (None, error.get("message")):
        parts.append(str(row["error"]))
    return ": ".join(parts)
