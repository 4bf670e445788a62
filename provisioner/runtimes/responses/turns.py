"""`ask` on the `responses` runtime: it sends the published parameters with a question.

Each turn is stored on the server until the question is answered, because the next turn refers to
it. Afterwards all turns are deleted, unless the question keeps them.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provisioner.model.conversation import (
    Answer,
    AppliedAssistant,
    Asking,
    Call,
    MadeFile,
)
from provisioner.model.errors import ProviderError
from provisioner.model.provider import Provider, Row
from provisioner.runtimes._shared.answers import TOKENS, CallLog, arguments_of, text_of_item
from provisioner.runtimes._shared.shapes import mapping, mappings, number

RESPONSES = "responses"
IN_CONVERSATION = "conv_"
"""The beginning of the id of a conversation."""


def ask(assistant: AppliedAssistant, params: Mapping[str, Any], asking: Asking) -> Answer:
    """Send the question with these parameters, and wait for all turns. Raises ProvisionerError.

    The question's `thread` is the id of the response or conversation that it continues.
    """
    # `previous_response_id` can name only a stored response, whatever the manifest says of `store`.
    params = {**params, "store": True}
    deadline = time.monotonic() + asking.timeout
    turns = _Turns(assistant.provider, params, asking, deadline, CallLog(asking))
    try:
        turns.run()
        return turns.answer(assistant)
    finally:
        turns.clean_up()


@dataclass(slots=True)
class _Turns:
    """The turns of one question. Each is a request and its response.

    `why` is the reason if the question was given up; '' otherwise.
    """

    provider: Provider
    params: Mapping[str, Any]
    asking: Asking
    deadline: float
    log: CallLog
    turns: list[Row] = field(default_factory=list)
    why: str = ""

    def run(self) -> None:
        """Send turns until the model calls no more functions."""
        question = self.asking.question
        body: dict[str, Any] = {"input": question.text, **self._goes_on(question.thread)}
        while True:
            turn = self.provider.create(RESPONSES, {**self.params, **body})
            self.turns.append(turn)
            calls = list(_called(turn))
            if not calls:
                return
            self.why = self.log.note(calls)
            if self.why:
                return
            if time.monotonic() >= self.deadline:
                self.why = "it was still calling functions when the time was up (--timeout)"
                return
            # With the `tool_choice` of the release, a function could be demanded again in each turn.
            body = {"input": [self._output(call) for call in calls], "tool_choice": "auto"}
            body |= self._goes_on(self._conversation or str(turn["id"]))

    @property
    def _conversation(self) -> str:
        """Return the id of the conversation that the question continues, or ''."""
        thread = self.asking.question.thread
        return thread if thread.startswith(IN_CONVERSATION) else ""

    def _goes_on(self, thread: str) -> dict[str, str]:
        """Return the parameter that continues a response or a conversation, or {} for a new one."""
        if not thread:
            return {}
        return {"conversation" if self._conversation else "previous_response_id": thread}

    def _output(self, call: Call) -> dict[str, str]:
        output = self.asking.question.tool_outputs[call.name]
        return {"type": "function_call_output", "call_id": call.id, "output": output}

    def clean_up(self) -> None:
        """Delete every stored turn, unless the question keeps them."""
        # Every turn, because the API keeps each as an object of its own and lists none.
        for turn in () if self.asking.question.keeps_thread else self.turns:
            try:
                self.provider.delete(RESPONSES, str(turn["id"]))
            except ProviderError as error:
                self.asking.tell(f"warning: {turn['id']} could not be deleted and stays: {error}")

    def answer(self, assistant: AppliedAssistant) -> Answer:
        """Return the answer of all turns together."""
        last, question = self.turns[-1], self.asking.question
        output = [item for turn in self.turns for item in mappings(turn.get("output"))]
        said = [item for item in output if item.get("type") == "message"]
        parts = [part for item in said for part in mappings(item.get("content"))]
        notes = [note for part in parts for note in mappings(part.get("annotations"))]
        if self.asking.save and any(map(_is_file, notes)):
            self.asking.tell("warning: files in containers are only named, and not saved")
        return Answer(
            address=assistant.address,
            assistant_id=assistant.id,
            thread_id=self._conversation or str(last["id"]),
            thread_kept=question.keeps_thread,
            run_id=str(last["id"]),
            # The last response is complete by itself, but its calls were not answered.
            status="requires_action" if self.why else str(last.get("status")),
            text="\n\n".join(filter(None, map(_text, said))),
            why=self.why or _why(last),
            usage=_usage(self.turns),
            calls=tuple(self.log.calls),
            citations=tuple(dict.fromkeys(_name(n) for n in notes if _is_source(n))),
            steps=tuple(map(_step, output)) if question.steps else (),
            files=tuple(MadeFile(str(n.get("file_id")), _name(n)) for n in notes if _is_file(n)),
        )


def _called(turn: Row) -> Iterator[Call]:
    """Yield the function calls of a turn."""
    for item in mappings(turn.get("output")):
        if item.get("type") == "function_call":
            id, name = str(item.get("call_id")), str(item.get("name"))
            yield Call(id, name, arguments_of(item.get("arguments")))


def _text(item: Mapping[str, Any]) -> str:
    """Return the text of a message, with one paragraph for each part."""
    content = item.get("content")
    parts = content if isinstance(content, list) else [content]
    return "\n\n".join(filter(None, map(text_of_item, parts)))


def _name(note: Mapping[str, Any]) -> str:
    return str(note.get("filename") or note.get("file_id"))


def _is_source(note: Mapping[str, Any]) -> bool:
    """Return true if an annotation cites a document."""
    return note.get("type") == "file_citation"


def _is_file(note: Mapping[str, Any]) -> bool:
    """Return true if an annotation names an output file of the code interpreter."""
    return note.get("type") == "container_file_citation"


def _step(item: Mapping[str, Any]) -> Row:
    return {"id": item.get("id"), "type": item.get("type"), "status": item.get("status")}


def _usage(turns: Sequence[Row]) -> Mapping[str, int]:
    """Return the sum of the tokens of all turns, under the names that runs use for them."""
    total: Counter[str] = Counter()
    for turn in turns:
        used = mapping(turn.get("usage"))
        total.update({name: number(used.get(theirs)) for name, theirs in TOKENS.items()})
    return dict(total)


def _why(turn: Row) -> str:
    """Return the server's reason why a response did not complete."""
    error, details = mapping(turn.get("error")), mapping(turn.get("incomplete_details"))
    parts = (error.get("code"), error.get("message"), details.get("reason"))
    return ": ".join(str(part) for part in parts if part)
