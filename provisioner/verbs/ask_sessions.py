"""ask, on the `agents` runtime: session → turn → answer.

A session costs money while it runs, so none is left running: what was not seen to its end is
cancelled, and the session is deleted unless it is kept. One that is continued stays.
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import Ambiguous, Invalid, ProviderError, ProvisionerError
from provisioner.model.provider import Row
from provisioner.verbs._shared.lookup import find_row
from provisioner.verbs._shared.session import Session
from provisioner.verbs.answers import ARTIFACTS, Answer, Call, Made, safe_name, save
from provisioner.verbs.live import live_assistant
from provisioner.verbs.shapes import mapping, mappings, number, words_or_json

if TYPE_CHECKING:
    from provisioner.verbs.ask import Question, Tell

SESSIONS, EVENTS, TURNS = "agents/sessions", "agents/sessions/events", "agents/sessions/turns"
ITEMS = "agents/sessions/turns/items"
INPUT = "agent.session.input."
RUNNING = frozenset({"in_progress", "requires_action"})
CANCELLED = "cancelled"
OVER = frozenset({"completed", "failed", CANCELLED})
STOPPED = frozenset({"failed", "budget_reached"})
"""What ends a session, whatever its last turn says."""
CONNECTION = "environment_connection"
ASKED = "provisioner.asked"
"""The metadata key by which a session is found whose creation was never answered."""
PATIENCE = (0.2, 3.0)
"""Seconds between two looks at a session: at first, and at most."""
CANCELLING = 20
"""How often to look whether a turn is cancelled by now."""
USAGE = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


def ask_session(
    session: Session,
    address: Address,
    question: "Question",
    about: Mapping[str, str],
    tell: "Tell",
) -> Answer:
    """Ask and see the turn through. `about` becomes the metadata of a new session."""
    agent = live_assistant(session, address, find_row(session, address))
    deadline = time.monotonic() + session.options.timeout
    metadata = {**about, ASKED: secrets.token_hex(8)}
    body = {**agent.session_params(), "input": question.text, "metadata": metadata}
    with _begun(session, agent.id, question, body, tell) as begun:
        id, earlier = begun
        asking = _Asking(session, id, earlier, question, tell, deadline)
        return asking.answer(address, agent.id, asking.end())


@contextmanager
def _begun(
    session: Session, agent: str, question: "Question", body: Mapping[str, Any], tell: "Tell"
) -> Iterator[tuple[str, frozenset[str]]]:
    """The session, question put, and the turns that were over before. Nothing is left running."""
    if question.thread:
        id, earlier = _continued(session, agent, question.thread)
    else:
        id, earlier = _made(session, body, tell), frozenset[str]()
    try:
        if question.thread:
            _send(session, id, _message(question.text))
        else:
            tell(f"Session {id}{'' if question.keep_thread else ', deleted afterwards'}")
        yield id, earlier
    except BaseException:
        # Also on Ctrl-C: a turn that nobody waits for costs money.
        with suppress(ProviderError):
            _send(session, id, {"type": f"{INPUT}cancel"})
        raise
    finally:
        if not (question.thread or question.keep_thread):
            _delete(session, id, tell)


def _made(session: Session, body: Mapping[str, Any], tell: "Tell") -> str:
    """The id of a new session. One whose answer was lost is looked for, and gone on with."""
    try:
        return str(session.provider.create(SESSIONS, body)["id"])
    except Ambiguous:
        deadline = time.monotonic() + session.options.settle
        while not (found := _unanswered(session, body)):
            if time.monotonic() >= deadline:
                raise
            time.sleep(PATIENCE[0])
        return found
    except KeyboardInterrupt:
        # Whoever leaves before the answer came does not know that there is one.
        with suppress(ProviderError):
            if found := _unanswered(session, body):
                _delete(session, found, tell)
        raise


def _unanswered(session: Session, body: Mapping[str, Any]) -> str:
    """The id of the session that was begun with this body; '' where the list shows none."""
    rows = session.provider.list(SESSIONS, agent_id=body["agent_id"])
    wanted = body["metadata"][ASKED]
    mine = (row for row in rows if (row.get("metadata") or {}).get(ASKED) == wanted)
    return next((str(row["id"]) for row in mine), "")


def _continued(session: Session, agent: str, id: str) -> tuple[str, frozenset[str]]:
    row = session.provider.get(SESSIONS, id)
    other = (row.get("agent") or {}).get("id")
    if other != agent:
        detail = f"It is one of {other}, and a session keeps the agent that it began with."
        raise ProvisionerError(Diagnostic(codes.NOT_THIS_ASSISTANTS_SESSION, detail, subject=id))
    turns = session.provider.list(TURNS, id)
    return str(row["id"]), frozenset(str(t["id"]) for t in turns if t.get("status") in OVER)


def _message(text: str) -> dict[str, Any]:
    said = [{"role": "user", "content": [{"type": "input_text", "text": text}]}]
    return {"type": f"{INPUT}message", "input": said}


def _send(session: Session, id: str, *events: Mapping[str, Any]) -> None:
    session.provider.action(EVENTS, id, "create", {"events": list(events)}, "")


def _delete(session: Session, id: str, tell: "Tell") -> None:
    """Delete a session. While a turn still runs there, it is refused: cancel, and try again."""
    for tries_left in reversed(range(CANCELLING)):
        try:
            session.provider.delete(SESSIONS, id)
        except Invalid as error:
            if not tries_left:
                tell(f"warning: session {id} could not be deleted and stays: {error}")
            with suppress(ProviderError):
                _send(session, id, {"type": f"{INPUT}cancel"})
            time.sleep(PATIENCE[0])
        except ProviderError as error:
            tell(f"warning: session {id} could not be deleted and stays: {error}")
            return
        else:
            return


@dataclass(slots=True)
class _Asking:
    session: Session
    id: str
    earlier: frozenset[str]
    question: "Question"
    tell: "Tell"
    deadline: float
    calls: list[Call] = field(default_factory=list)
    why: str = ""
    _known: set[str] = field(default_factory=set)
    """Calls that were answered, and connections that were told of."""

    def end(self) -> tuple[Row, Row]:
        """The session and its turn, once the turn is over; the turn is empty where none began."""
        pause, longest = PATIENCE
        while True:
            row = self.session.provider.get(SESSIONS, self.id)
            turn = {} if row.get("status") in RUNNING else self._turn()
            if turn.get("status") in OVER or row.get("status") in STOPPED:
                return row, turn
            if row.get("status") == "requires_action" and (why := self._act(row)):
                self.why = why
            elif time.monotonic() >= self.deadline:
                self.why = f"it was still {row.get('status')} when the time was up (--timeout)"
            if self.why:
                return self._cancel()
            time.sleep(min(pause, max(0.0, self.deadline - time.monotonic())))
            pause = min(pause * 1.5, longest)

    def _turn(self) -> Row:
        """The turn that answers: the first that was not over before. A helper's turn is not it."""
        for turn in self.session.provider.list(TURNS, self.id):
            if str(turn["id"]) not in self.earlier and not turn.get("subagent_id"):
                return turn
        return {}

    def _act(self, row: Row) -> str:
        """Do what the session waits for. Returns why that cannot be done; '' while it can."""
        waiting = mappings(row.get("required_actions"))
        if others := [a for a in waiting if a.get("type") not in ("function_call", CONNECTION)]:
            return f"it waits for an approval, which is not given here ({others[0].get('type')})"
        for action in waiting:
            if action.get("type") == CONNECTION and CONNECTION not in self._known:
                self._known.add(CONNECTION)
                self.tell(f"waiting for environment {action.get('environment_id')} to connect")
        calls = [action for action in waiting if action.get("type") == "function_call"]
        # What was answered may still be listed for a moment.
        fresh = [call for call in calls if str(call["call_id"]) not in self._known]
        return self._answer_calls(fresh) if fresh else ""

    def _answer_calls(self, calls: Sequence[Mapping[str, Any]]) -> str:
        outputs = self.question.tool_outputs
        for call in calls:
            name, arguments = str(call["name"]), _arguments(call.get("arguments"))
            output = outputs.get(name)
            self.calls.append(Call(str(call["call_id"]), name, arguments, output))
            self.tell(f"{name}({arguments}){'' if output is None else f' = {output}'}")
        missing = [str(call["name"]) for call in calls if str(call["name"]) not in outputs]
        if missing:
            return f"no answer for {', '.join(missing)}: pass --tool-output NAME=JSON"
        _send(self.session, self.id, *(_result(call, outputs[str(call["name"])]) for call in calls))
        self._known |= {str(call["call_id"]) for call in calls}
        return ""

    def _cancel(self) -> tuple[Row, Row]:
        """Cancel, and wait a little for it to be done."""
        _send(self.session, self.id, {"type": f"{INPUT}cancel"})
        for _ in range(CANCELLING):
            row, turn = self.session.provider.get(SESSIONS, self.id), self._turn()
            if row.get("status") not in RUNNING:
                break
            time.sleep(PATIENCE[0])
        return row, turn

    def answer(self, address: Address, agent: str, ended: tuple[Row, Row]) -> Answer:
        row, turn = ended
        items = self._items(turn)
        status = str(
            row["status"] if row.get("status") in STOPPED else turn.get("status", CANCELLED)
        )
        usage = mapping(turn.get("usage"))
        return Answer(
            address=address,
            assistant_id=agent,
            thread_id=self.id,
            thread_kept=bool(self.question.thread) or self.question.keep_thread,
            run_id=str(turn.get("id") or ""),
            status=status,
            text=_said(items),
            # What completed while it was given up did complete.
            why="" if status == "completed" else self.why or _why(row, turn),
            usage={name: number(usage.get(theirs)) for name, theirs in USAGE.items() if usage},
            calls=tuple(self.calls),
            steps=tuple(items) if self.question.steps else (),
            files=self._files(row, turn),
        )

    def _items(self, turn: Row) -> list[Row]:
        if not turn:
            return []
        return self.session.provider.list(ITEMS, f"{self.id}/{turn['id']}")

    def _files(self, row: Row, turn: Row) -> tuple[Made, ...]:
        """What the turn published. Only hosted sessions have a place to make something in."""
        provider, folder = self.session.provider, self.question.save_files
        if mapping(row.get("environment")).get("type") != "openai_hosted":
            return ()
        files = [
            Made(str(made["id"]), safe_name(str(made.get("path") or "")) or safe_name(made["id"]))
            for made in provider.list(ARTIFACTS, self.id)
            if made.get("turn_id") == turn.get("id")
        ]
        if folder is None:
            return tuple(files)
        return tuple(save(file, folder, provider, within=self.id) for file in files)


def _result(call: Mapping[str, Any], output: str) -> dict[str, Any]:
    place = {"turn_id": call["turn_id"], "call_id": call["call_id"]}
    return {"type": f"{INPUT}tool_result", **place, "success": True, "output": output}


def _arguments(value: Any) -> str:
    """Arguments as one line of JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _said(items: Sequence[Row]) -> str:
    """The final answer; where nothing is called so, all that the agent said."""
    said = [i for i in items if i.get("type") == "message" and i.get("role") == "assistant"]
    final = [item for item in said if item.get("phase") == "final_answer"] or said
    contents = (item.get("content") for item in final)
    parts = [part for one in contents for part in (one if isinstance(one, list) else [one])]
    return "\n\n".join(filter(None, map(_text_of_part, parts)))


def _text_of_part(part: Any) -> str:
    if isinstance(part, Mapping) and part.get("text") == "":
        return ""
    return words_or_json(part)


def _why(row: Row, turn: Row) -> str:
    """What the server says of a turn that did not complete, or of a session that goes no further."""
    error = mapping(turn.get("error"))
    parts = [str(part) for part in (error.get("code"), error.get("message")) if part]
    if row.get("status") == "budget_reached":
        control = mapping(row.get("spend_control"))
        spent, limit = control.get("consumed"), control.get("limit")
        parts.append(f"{spent} of {limit} US cents are spent (session.spend_limit)")
    elif row.get("status") == "failed" and row.get("error") not in (None, error.get("message")):
        parts.append(str(row["error"]))
    return ": ".join(parts)
