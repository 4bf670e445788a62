"""The stand-in model of a response, which answers where the platform asks a language model.

The same context always gets the same output. The output says that it comes from a stand-in. The
stand-in calls a function that the question names, searches the real stores, and writes real files
without running any code.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.speech import arguments_for, chosen_function
from provisioner.emulator.core.synthesis import Synthesis
from provisioner.emulator.knowledge.ingest import CHARS_PER_TOKEN, tokens
from provisioner.emulator.responses import items
from provisioner.emulator.responses.tools import USED, choice_of, family, is_grammatical
from provisioner.emulator.responses.work import (
    Work,
    call_mcp,
    list_mcp_tools,
    mcp_approval,
    run_code,
    search_files,
    search_web,
)

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session
    from provisioner.emulator.responses.context import Context


def work(db: Session, now: int, body: Json, context: Context) -> tuple[list[Json], bool]:
    """Return (output items, true unless the token limit has cut one of them short)."""
    job = Work(db, now, body, context, choice_of(body["tool_choice"], body["tools"]))
    # First of all outputs, because later responses read nothing that stands before a compaction.
    _compact(job)
    list_mcp_tools(job)
    call = _function_call(job)
    if call is None:
        call = mcp_approval(job)
    if call is not None:
        # The response ends here: the application sends the output of the call with its next
        # request.
        return [*job.output, call], _cut_call(call, body["max_output_tokens"])
    _introduce(job)
    search_files(job)
    search_web(job)
    run_code(job)
    call_mcp(job)
    _confess(job)
    message, whole = _message(job)
    return [*job.output, message], whole


def _compact(job: Work) -> None:
    """Add a compaction if the context is larger than the threshold of the request."""
    limits = [entry.get("compact_threshold") for entry in job.body.get("context_management", [])]
    if any(limit is not None and job.context.tokens > limit for limit in limits):
        job.output.append(items.compaction(len(job.context.items)))


def _function_call(job: Work) -> Json | None:
    """Return the call of a function or custom tool, or None if the response calls none.

    No function is called again after its output has arrived.
    """
    functions = [t for t in job.choice.of("function", "custom") if not is_grammatical(t)]
    # Otherwise an application that sends the same parameters with each output would never be answered.
    if not functions or job.context.outputs:
        return None
    told = job.choice.told
    if told is not None and told["type"] not in {"function", "custom"}:
        return None
    name = told["name"] if told is not None else None
    chosen = chosen_function(functions, job.question, name, required=job.choice.required)
    if chosen is None:
        return None
    call_id = new_id("call_")
    if chosen["type"] == "custom":
        said = f"[stand-in model] {job.question}"
        fields = {"call_id": call_id, "name": chosen["name"], "input": said}
        return items.new("custom_tool_call", status="completed", **fields)
    arguments = arguments_for(chosen, job.question)
    fields = {"call_id": call_id, "name": chosen["name"], "arguments": arguments}
    return items.new("function_call", status="completed", **fields)


def _cut_call(call: Json, most: int | None) -> bool:
    """Cut a call to `most` tokens. Returns true if the call was short enough."""
    key = next((key for key in ("arguments", "input") if key in call), None)
    if key is None or most is None or tokens(call[key]) <= most:
        return True
    call[key] = call[key][: most * CHARS_PER_TOKEN]
    call["status"] = "incomplete"
    return False


def _introduce(job: Work) -> None:
    """Say that a stand-in answers, and repeat the question and the outputs of functions."""
    job.say(f"[stand-in model] A response with model {job.body['model']} here;")
    dropped = (
        f", {job.context.dropped} of them dropped by truncation" if job.context.dropped else ""
    )
    count = len(job.context.items) + job.context.dropped
    job.say(f"no language model was asked. Items in this context: {count}{dropped}.")
    if job.question:
        job.say(f"You asked: {job.question}")
    for output in job.context.outputs:
        job.say(f"Tool output: {output}")


def _confess(job: Work) -> None:
    """Name the tools of the request that the stand-in model did not use."""
    unused = dict.fromkeys(
        tool["type"] for tool in job.choice.tools if family(tool["type"]) not in USED
    )
    if unused:
        job.say(f"The embedded server did not use: {', '.join(unused)}.")


def _message(job: Work) -> tuple[Json, bool]:
    """Return (the answering message, true unless the token limit has cut it)."""
    format_ = job.body["text"]["format"]
    text, notes = " ".join(job.sentences), _placed(job)
    if format_["type"] != "text":
        text, notes = json.dumps(_structured(job, format_), ensure_ascii=False), []
    most = job.body["max_output_tokens"]
    whole = most is None or tokens(text) <= most
    if not whole:
        text = text[: most * CHARS_PER_TOKEN]
        # An annotation may not point behind the end of the text.
        notes = [note for note in notes if (note.get("index") or note["end_index"]) <= len(text)]
    part = {"type": "output_text", "annotations": notes, "logprobs": [], "text": text}
    status = "completed" if whole else "incomplete"
    return items.new("message", status=status, role="assistant", content=[part]), whole


def _placed(job: Work) -> list[Json]:
    """Return the annotations with their positions in the text."""
    placed = []
    for sentence, note in job.notes:
        end = len(" ".join(job.sentences[: sentence + 1]))
        if note["type"] == "file_citation":
            placed.append(note | {"index": end})
        else:
            placed.append(
                note | {"start_index": end - len(job.sentences[sentence]), "end_index": end}
            )
    return placed


def _structured(job: Work, format_: Json) -> object:
    """Return the value of an answer whose format is `json_object` or `json_schema`."""
    if format_["type"] == "json_schema":
        return Synthesis(format_["schema"], "").value()
    return {"stand_in_model": True, "model": job.body["model"], "question": job.question}
