"""The stand-in model of a run, which answers where the platform asks a language model.

The same prompt always gets the same answer and the same tool calls. Every answer says that it comes
from a stand-in. The assistant's real tools are used: the stores are searched, functions that the
question names are asked for, and the stand-in code interpreter writes real files. Structured
answers satisfy their schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioner.emulator.core import code
from provisioner.emulator.core.speech import arguments_for, chosen_function, quote
from provisioner.emulator.core.synthesis import Synthesis
from provisioner.emulator.knowledge import search

if TYPE_CHECKING:
    from provisioner.emulator.assistants.prompt import Task
    from provisioner.emulator.core.store import Json, Session

SAVE = Callable[[str, bytes], str]
"""A function that stores an output file, given its name and content, and returns its id."""


@dataclass(slots=True)
class Answer:
    """The answer of the stand-in model: its text with annotations, its images, and the tools it called."""

    text: str
    annotations: list[Json] = field(default_factory=list)
    images: list[Json] = field(default_factory=list)
    tool_calls: list[Json] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        """Append a sentence to the text."""
        self.text += f" {sentence}" if self.text else sentence

    def note(self, kind: str, marker: str, file_id: str) -> None:
        """Append a marker to the text, and an annotation that points to it."""
        self.say(marker)
        self.annotations.append(
            {
                "type": kind,
                "text": marker,
                "start_index": len(self.text) - len(marker),
                "end_index": len(self.text),
                kind: {"file_id": file_id},
            }
        )


def function_call(task: Task) -> Json | None:
    """Return {"name", "arguments"} of the function that a run has to call, or None.

    It is the function of `tool_choice`, or else the first function that the question names.
    """
    choice = task.run["tool_choice"]
    if choice == "none" or not task.functions:
        return None
    told = choice["function"]["name"] if task.forced("function") else None
    chosen = chosen_function(task.functions, task.question, told, required=choice == "required")
    if chosen is None:
        return None
    return {"name": chosen["name"], "arguments": arguments_for(chosen, task.question)}


def answer(db: Session, task: Task, save: SAVE) -> Answer:
    """Return the assistant's answer, after calling the tools that the question needs."""
    said = Answer("")
    hits = _search(db, task, said)
    ran = _run_code(db, task, said, save)
    format_ = task.run["response_format"]
    if isinstance(format_, dict) and format_["type"] != "text":
        said.text = json.dumps(_structured(format_, task), ensure_ascii=False)
        # A structured answer consists of the JSON text alone.
        said.images = []
        return said
    name = f"assistant “{task.assistant_name}”" if task.assistant_name else "an unnamed assistant"
    said.say(f"[stand-in model] {name} with model {task.run['model']} here;")
    dropped = f", {task.dropped} of them dropped by truncation" if task.dropped else ""
    said.say(f"no language model was asked. Messages in this thread: {task.messages}{dropped}.")
    if task.question:
        said.say(f"You asked: {task.question}")
    for output in task.outputs:
        said.say(f"Tool output: {output}")
    if hits:
        said.say(f"The best passage found: “{quote(hits[0].text)}”")
        said.note("file_citation", f"【4:0†{hits[0].filename}】", hits[0].file_id)
    elif task.tool("file_search"):
        said.say("Nothing was found in the vector stores.")
    if ran is not None:
        said.say(f"The code printed: {ran.logs}")
        if ran.name is not None and ran.file_id is not None:
            said.note("file_path", f"sandbox:/mnt/data/{ran.name}", ran.file_id)
    return said


def _search(db: Session, task: Task, said: Answer) -> list[search.Hit]:
    """Search the stores of a run, and add the tool call to the answer. Returns the hits.

    Nothing is searched, and there are no hits, if the run may not use file search, or if it has no
    store and `tool_choice` does not demand a search.
    """
    tool = task.tool("file_search")
    if tool is None or not (task.store_ids or task.forced("file_search")):
        return []
    options = tool["file_search"]
    hits = search.search(
        db,
        task.store_ids,
        task.question,
        most=options["max_num_results"],
        threshold=options["ranking_options"]["score_threshold"],
    )
    results = [
        {
            "file_id": hit.file_id,
            "file_name": hit.filename,
            "score": hit.score,
            "content": [{"type": "text", "text": hit.text}],
        }
        for hit in hits
    ]
    found = {"ranking_options": options["ranking_options"], "results": results}
    said.tool_calls.append({"type": "file_search", "file_search": found})
    return hits


def _run_code(db: Session, task: Task, said: Answer, save: SAVE) -> code.Result | None:
    """Run the stand-in code interpreter, if the question asks for it. Returns None if it does not."""
    if task.tool("code_interpreter") is None:
        return None
    if not (task.forced("code_interpreter") or code.wanted(task.question)):
        return None
    result = code.run(db, task.question, task.code_file_ids, save)
    said.tool_calls.append({"type": "code_interpreter", "code_interpreter": result.wire()})
    if result.image and result.file_id is not None:
        said.images.append(
            {"type": "image_file", "image_file": {"file_id": result.file_id, "detail": "auto"}}
        )
    return result


def _structured(format_: Json, task: Task) -> object:
    """Return the value of an answer whose format is `json_object` or `json_schema`."""
    if format_["type"] == "json_schema":
        schema = format_["json_schema"].get("schema", {"type": "object"})
        return Synthesis(schema, "").value()
    return {
        "stand_in_model": True,
        "model": task.run["model"],
        "assistant": task.assistant_name,
        "question": task.question,
    }
