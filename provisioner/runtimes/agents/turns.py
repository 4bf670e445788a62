"""One turn of a session: it waits for its end, answers its function calls, and reads its answer.

`ask` on the `agents` runtime uses it for each question.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provisioner.model.conversation import Answer, AppliedAssistant, Asking, Call, MadeFile
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


def send(provider: Provider, id: str, *events: Mapping[str, Any]) -> None:
    """Send events to a session, such as a message or the output of a function."""
    provider.action(EVENTS, id, "create", {"events": list(events)}, "")


@dataclass(slots=True)
class Turn:
    """One turn of a session: what an agent does for one question.

    `id` is the id of the session. `earlier` are the ids of turns that had ended before the question
    was sent. `deadline` is in seconds of the monotonic clock. `why` is the reason if `ask` gave the
    turn up, and '' otherwise.
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
        send(self.provider, self.id, *results)
        # Only after sending: a call whose output was not taken is answered again.
        self._known |= {str(call["call_id"]) for call in calls}
        return ""

    def _cancel(self) -> tuple[Row, Row]:
        """Cancel the turn, wait a short time until it has ended, and return (session, turn)."""
        send(self.provider, self.id, {"type": f"{INPUT}cancel"})
        # Bounded, because `ask` has to end even if the server never ends the turn.
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
        """Save a file and return its record, or return `file` unchanged if nothing is to be saved."""
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
