"""ask, on the `responses` runtime: the published parameters, one question, and the turns it takes.

What is asked is stored while it lasts, for a turn builds on the one before; unless it is kept, it
is deleted afterwards.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provisioner.model.address import Address
from provisioner.model.errors import ProviderError
from provisioner.model.provider import Row
from provisioner.verbs._shared.lookup import find_row
from provisioner.verbs._shared.session import Session
from provisioner.verbs.answers import Answer, Call, Made
from provisioner.verbs.shapes import mapping, mappings, number, words_or_json
from provisioner.verbs.tokens import ready

if TYPE_CHECKING:
    from provisioner.verbs.ask import Question, Tell

RESPONSES = "responses"
CONVERSATION = "conv_"
USAGE = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


def ask_release(session: Session, address: Address, question: "Question", tell: "Tell") -> Answer:
    """Ask and see every turn through. `--thread` goes on after a response, or in a conversation."""
    row = find_row(session, address)
    params = ready(row.get("params") or {}, session.options.environ)
    deadline = time.monotonic() + session.options.timeout
    asking = _Asking(session, {**params, "store": True}, question, tell, deadline)
    try:
        asking.run()
        return asking.answer(address, str(row["id"]))
    finally:
        asking.clean_up()


@dataclass(slots=True)
class _Asking:
    session: Session
    params: Mapping[str, Any]
    question: "Question"
    tell: "Tell"
    deadline: float
    turns: list[Row] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    why: str = ""

    def run(self) -> None:
        """Turn by turn, until nothing is called that has to be answered here."""
        body: dict[str, Any] = {"input": self.question.text, **self._goes_on(self.question.thread)}
        while True:
            turn = self.session.provider.create(RESPONSES, {**self.params, **body})
            self.turns.append(turn)
            calls = list(_called(turn))
            if not calls:
                return
            self._note(calls)
            missing = [c.name for c in calls if c.name not in self.question.tool_outputs]
            if missing:
                self.why = f"no answer for {', '.join(missing)}: pass --tool-output NAME=JSON"
                return
            if time.monotonic() >= self.deadline:
                self.why = "it was still calling functions when the time was up (--timeout)"
                return
            body = {"input": [self._output(call) for call in calls], "tool_choice": "auto"}
            body |= self._goes_on(self._conversation or str(turn["id"]))

    @property
    def _conversation(self) -> str:
        thread = self.question.thread
        return thread if thread.startswith(CONVERSATION) else ""

    def _goes_on(self, thread: str) -> dict[str, str]:
        if not thread:
            return {}
        return {"conversation" if self._conversation else "previous_response_id": thread}

    def _note(self, calls: Sequence[Call]) -> None:
        for call in calls:
            output = self.question.tool_outputs.get(call.name)
            self.calls.append(Call(call.id, call.name, call.arguments, output))
            self.tell(f"{call.name}({call.arguments}){'' if output is None else f' = {output}'}")

    def _output(self, call: Call) -> dict[str, str]:
        output = self.question.tool_outputs[call.name]
        return {"type": "function_call_output", "call_id": call.id, "output": output}

    @property
    def _kept(self) -> bool:
        return bool(self.question.thread) or self.question.keep_thread

    def clean_up(self) -> None:
        """Delete what was stored, however it ended, unless it is to be gone on with."""
        for turn in () if self._kept else self.turns:
            try:
                self.session.provider.delete(RESPONSES, str(turn["id"]))
            except ProviderError as error:
                self.tell(f"warning: {turn['id']} could not be deleted and stays: {error}")

    def answer(self, address: Address, release: str) -> Answer:
        last = self.turns[-1]
        output = [item for turn in self.turns for item in mappings(turn.get("output"))]
        said = [item for item in output if _is_said(item)]
        parts = [part for item in said for part in mappings(item.get("content"))]
        notes = [note for part in parts for note in mappings(part.get("annotations"))]
        if self.question.save_files and any(map(_is_file, notes)):
            self.tell("warning: files in containers are named here, and not saved")
        return Answer(
            address=address,
            assistant_id=release,
            thread_id=self._conversation or str(last["id"]),
            thread_kept=self._kept,
            run_id=str(last["id"]),
            status="requires_action" if self.why else str(last.get("status")),
            text="\n\n".join(filter(None, map(_text, said))),
            why=self.why or _why(last),
            usage=_usage(self.turns),
            calls=tuple(self.calls),
            citations=tuple(dict.fromkeys(_name(n) for n in notes if _is_source(n))),
            steps=tuple(map(_step, output)) if self.question.steps else (),
            files=tuple(Made(str(n.get("file_id")), _name(n)) for n in notes if _is_file(n)),
        )


def _called(turn: Row) -> Iterator[Call]:
    for item in mappings(turn.get("output")):
        if item.get("type") == "function_call":
            id, name = str(item.get("call_id")), str(item.get("name"))
            yield Call(id, name, str(item.get("arguments")))


def _text(item: Mapping[str, Any]) -> str:
    """What a message says, a paragraph a part; a part that nobody understands as JSON."""
    content = item.get("content")
    parts = content if isinstance(content, list) else [content]
    return "\n\n".join(filter(None, map(_text_of_part, parts)))


def _text_of_part(part: Any) -> str:
    if isinstance(part, Mapping) and part.get("text") == "":
        return ""
    return words_or_json(part)


def _name(note: Mapping[str, Any]) -> str:
    return str(note.get("filename") or note.get("file_id"))


def _is_said(item: Mapping[str, Any]) -> bool:
    return item.get("type") == "message"


def _is_source(note: Mapping[str, Any]) -> bool:
    return note.get("type") == "file_citation"


def _is_file(note: Mapping[str, Any]) -> bool:
    return note.get("type") == "container_file_citation"


def _step(item: Mapping[str, Any]) -> Row:
    return {"id": item.get("id"), "type": item.get("type"), "status": item.get("status")}


def _usage(turns: Sequence[Row]) -> Mapping[str, int]:
    """The tokens of all turns, under the names that runs have for them."""
    total: Counter[str] = Counter()
    for turn in turns:
        used = mapping(turn.get("usage"))
        total.update({name: number(used.get(theirs)) for name, theirs in USAGE.items()})
    return dict(total)


def _why(turn: Row) -> str:
    """What the server says of a response that did not complete."""
    error, details = mapping(turn.get("error")), mapping(turn.get("incomplete_details"))
    parts = (error.get("code"), error.get("message"), details.get("reason"))
    return ": ".join(str(part) for part in parts if part)
