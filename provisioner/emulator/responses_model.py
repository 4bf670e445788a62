"""The stand-in model behind a response: the items that it puts out, as a function of what it read.

It keeps the rules of the one behind runs: it says what it is, calls a function that the question
names, searches the real stores, and writes real files without running any code.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioner.emulator import code, containers, items, knowledge, search
from provisioner.emulator.call import new_id
from provisioner.emulator.ingest import CHARS_PER_TOKEN, tokens
from provisioner.emulator.model import arguments_for, chosen_function, quote
from provisioner.emulator.responses_tools import USED, Choice, choice_of, family
from provisioner.emulator.synthesis import Synthesis

if TYPE_CHECKING:
    from provisioner.emulator.responses_context import Context
    from provisioner.emulator.store import Json, Row, Session

ASKS_THE_WEB = re.compile(r"\b(web|internet|online|news|latest)\b", re.IGNORECASE)
NO_MCP = "the embedded server does not connect to MCP servers"


@dataclass(slots=True)
class Work:
    """One response at work: what it read, what it may use, and what it has put out so far."""

    db: Session
    now: int
    body: Json
    context: Context
    choice: Choice
    output: list[Json] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    # Each at the end of a sentence: (number of that sentence, annotation).
    notes: list[tuple[int, Json]] = field(default_factory=list)
    calls: int = 0

    @property
    def question(self) -> str:
        return self.context.question

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def note(self, annotation: Json) -> None:
        self.notes.append((len(self.sentences) - 1, annotation))

    def may_call(self) -> bool:
        """Count one more call of a built-in tool, unless that is one too many."""
        most = self.body["max_tool_calls"]
        if most is not None and self.calls >= most:
            return False
        self.calls += 1
        return True


def work(db: Session, now: int, body: Json, context: Context) -> tuple[list[Json], bool]:
    """The output items, and whether they are whole (the token limit did not cut them)."""
    job = Work(db, now, body, context, choice_of(body["tool_choice"], body["tools"]))
    _compact(job)
    _list_mcp_tools(job)
    call = _function_call(job)
    if call is None:
        call = _mcp_approval(job)
    if call is not None:
        return [*job.output, call], _cut_call(call, body["max_output_tokens"])
    _introduce(job)
    _search_files(job)
    _search_web(job)
    _run_code(job)
    _call_mcp(job)
    _confess(job)
    message, whole = _message(job)
    return [*job.output, message], whole


def _compact(job: Work) -> None:
    limits = [entry.get("compact_threshold") for entry in job.body.get("context_management", [])]
    if any(limit is not None and job.context.tokens > limit for limit in limits):
        summary = f"[stand-in model] {len(job.context.items)} items were compacted here."
        # Opaque, as on the platform; here it keeps nothing of what was said.
        content = base64.b64encode(summary.encode()).decode()
        job.output.append(items.new("compaction", encrypted_content=content))


def _function_call(job: Work) -> Json | None:
    functions = job.choice.of("function", "custom")
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
    key = next((key for key in ("arguments", "input") if key in call), None)
    if key is None or most is None or tokens(call[key]) <= most:
        return True
    call[key] = call[key][: most * CHARS_PER_TOKEN]
    call["status"] = "incomplete"
    return False


def _introduce(job: Work) -> None:
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


def _search_files(job: Work) -> None:
    for tool in job.choice.of("file_search"):
        if not job.may_call():
            return
        hits = search.search(
            job.db,
            tool["vector_store_ids"],
            job.question,
            most=tool["max_num_results"],
            threshold=tool["ranking_options"]["score_threshold"],
            filters=tool["filters"],
        )
        for store_id in tool["vector_store_ids"]:
            store = knowledge.find_store(job.db, store_id)
            knowledge.touch(store, job.now)
            job.db.save(store)
        results = [_result(hit) for hit in hits]
        job.output.append(
            items.new(
                "file_search_call", status="completed", queries=[job.question], results=results
            )
        )
        if hits:
            job.say(f"The best passage found: “{quote(hits[0].text)}”")
            job.note(
                {"type": "file_citation", "file_id": hits[0].file_id, "filename": hits[0].filename}
            )
        else:
            job.say("Nothing was found in the vector stores.")


def _result(hit: search.Hit) -> Json:
    return {
        "attributes": hit.attributes,
        "file_id": hit.file_id,
        "filename": hit.filename,
        "score": hit.score,
        "text": hit.text,
    }


def _search_web(job: Work) -> None:
    for tool in job.choice.of("web_search"):
        asked = job.choice.tells(tool) or ASKS_THE_WEB.search(job.question)
        if not asked or not job.may_call():
            continue
        action = {
            "type": "search",
            "query": job.question,
            "queries": [job.question],
            "sources": [],
        }
        job.output.append(items.new("web_search_call", status="completed", action=action))
        job.say("The web was not searched: the embedded server does not reach it.")


def _run_code(job: Work) -> None:
    for tool in job.choice.of("code_interpreter"):
        asked = job.choice.tells(tool) or code.wanted(job.question)
        if asked and job.may_call():
            _run_in(job, *_container(job, tool["container"]))


def _container(job: Work, given: Json | str) -> tuple[Row, list[str]]:
    """The container to run in, and the files that are there to be read."""
    if isinstance(given, str):
        container = containers.find_running(job.db, given)
    else:
        container = _in_use(job) or containers.make(
            job.db, job.now, given | {"name": "Code interpreter", "file_ids": []}
        )
        containers.put(job.db, container, given.get("file_ids", []), job.now)
    containers.touch(job.db, container, job.now)
    files = job.db.children(containers.FILE, container.id)
    return container, [file.id for file in files if file.body["source"] == "user"]


def _in_use(job: Work) -> Row | None:
    """The container of an earlier turn, if it still runs: `auto` goes on in it."""
    for item in reversed(job.context.items):
        if item["type"] == "code_interpreter_call":
            row = job.db.find(containers.KIND, item["container_id"])
            if row is not None and row.body["status"] == "running":
                return row
    return None


def _run_in(job: Work, container: Row, file_ids: list[str]) -> None:
    def save(name: str, content: bytes) -> str:
        return containers.add(job.db, container, name, content, job.now).id

    ran = code.run(job.db, job.question, file_ids, save)
    outputs: list[Json] = [{"type": "logs", "logs": ran.logs}]
    if ran.image and ran.file_id is not None:
        data = base64.b64encode(job.db.content(ran.file_id)).decode()
        outputs.append({"type": "image", "url": f"data:image/png;base64,{data}"})
    fields = {"code": ran.source, "container_id": container.id, "outputs": outputs}
    job.output.append(items.new("code_interpreter_call", status="completed", **fields))
    job.say(f"The code printed: {ran.logs}")
    if ran.name is not None:
        job.say(f"sandbox:{containers.WITHIN}{ran.name}")
        file = {"container_id": container.id, "file_id": ran.file_id, "filename": ran.name}
        job.note({"type": "container_file_citation", **file})


def _list_mcp_tools(job: Work) -> None:
    """No server is asked; that it was not is said where an application looks for it."""
    read = [item for item in job.context.items if item["type"] == "mcp_list_tools"]
    known = {item["server_label"] for item in read}
    for tool in job.choice.of("mcp"):
        if tool["server_label"] not in known:
            label = tool["server_label"]
            job.output.append(
                items.new("mcp_list_tools", server_label=label, tools=[], error=NO_MCP)
            )


def _mcp_approval(job: Work) -> Json | None:
    told = job.choice.told
    if told is None or told["type"] != "mcp" or not told.get("name") or _approvals(job):
        return None
    tool = next(tool for tool in job.choice.of("mcp") if job.choice.tells(tool))
    if tool["require_approval"] == "never":
        return None
    label = told["server_label"]
    return items.new("mcp_approval_request", arguments="{}", name=told["name"], server_label=label)


def _approvals(job: Work) -> list[Json]:
    return [item for item in job.context.since() if item["type"] == "mcp_approval_response"]


def _call_mcp(job: Work) -> None:
    told = job.choice.told
    asked = {
        item["id"]: item for item in job.context.items if item["type"] == "mcp_approval_request"
    }
    if _approvals(job):
        for answer in _approvals(job):
            request = asked.get(answer["approval_request_id"])
            if request is not None and answer["approve"]:
                _fail_mcp(job, request, request["id"])
    elif told is not None and told["type"] == "mcp" and told.get("name"):
        _fail_mcp(job, told, None)


def _fail_mcp(job: Work, called: Json, approval: str | None) -> None:
    if not job.may_call():
        return
    error = {"type": "http_error", "code": 502, "message": NO_MCP}
    fields = {"name": called["name"], "server_label": called["server_label"], "arguments": "{}"}
    fields |= {"approval_request_id": approval, "output": None, "error": error}
    job.output.append(items.new("mcp_call", status="failed", **fields))
    job.say(f"The tool “{called['name']}” was not called: {NO_MCP}.")


def _confess(job: Work) -> None:
    unused = dict.fromkeys(
        tool["type"] for tool in job.choice.tools if family(tool["type"]) not in USED
    )
    if unused:
        job.say(f"Not at work in the embedded server: {', '.join(unused)}.")


def _message(job: Work) -> tuple[Json, bool]:
    """The answering message, and whether it is whole."""
    format_ = job.body["text"]["format"]
    text, notes = " ".join(job.sentences), _placed(job)
    if format_["type"] != "text":
        text, notes = json.dumps(_structured(job, format_), ensure_ascii=False), []
    most = job.body["max_output_tokens"]
    whole = most is None or tokens(text) <= most
    if not whole:
        text = text[: most * CHARS_PER_TOKEN]
        notes = [note for note in notes if (note.get("index") or note["end_index"]) <= len(text)]
    part = {"type": "output_text", "annotations": notes, "logprobs": [], "text": text}
    status = "completed" if whole else "incomplete"
    return items.new("message", status=status, role="assistant", content=[part]), whole


def _placed(job: Work) -> list[Json]:
    """The annotations with their places in the text."""
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
    if format_["type"] == "json_schema":
        return Synthesis(format_["schema"], "").value()
    return {"stand_in_model": True, "model": job.body["model"], "question": job.question}
