"""The tools that the stand-in model uses in a response: searches, code, and MCP without a server."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioner.emulator.core import code
from provisioner.emulator.core.speech import quote
from provisioner.emulator.knowledge import knowledge, search
from provisioner.emulator.responses import containers, items

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row, Session
    from provisioner.emulator.responses.context import Context
    from provisioner.emulator.responses.tools import Choice

ASKS_THE_WEB = re.compile(r"\b(web|internet|online|news|latest)\b", re.IGNORECASE)
"""Words in a question that make the stand-in model use web search."""
NO_MCP = "the embedded server does not connect to MCP servers"


@dataclass(slots=True)
class Work:
    """A response that is being answered: the context that it reads, its tools, and its output so far.

    `sentences` becomes the text of the message. `calls` counts calls of built-in tools.
    """

    db: Session
    now: int
    body: Json
    context: Context
    choice: Choice
    output: list[Json] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    # (number of a sentence, annotation that is placed at the end of that sentence)
    notes: list[tuple[int, Json]] = field(default_factory=list)
    calls: int = 0

    @property
    def question(self) -> str:
        return self.context.question

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def note(self, annotation: Json) -> None:
        """Add an annotation at the end of the last sentence."""
        self.notes.append((len(self.sentences) - 1, annotation))

    def may_call(self) -> bool:
        """Count one more call of a built-in tool.

        Returns false if `max_tool_calls` forbids the call.
        """
        most = self.body["max_tool_calls"]
        if most is not None and self.calls >= most:
            return False
        self.calls += 1
        return True


def search_files(job: Work) -> None:
    """Search the stores of each file search tool, and quote the best passage."""
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


def search_web(job: Work) -> None:
    """Add a web search without results, if the question asks for the web or the tool must be used."""
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


def run_code(job: Work) -> None:
    """Run the stand-in code interpreter, if the question asks for it or the tool must be used."""
    for tool in job.choice.of("code_interpreter"):
        asked = job.choice.tells(tool) or code.wanted(job.question)
        if asked and job.may_call():
            _run_in(job, *_container(job, tool["container"]))


def _container(job: Work, given: Json | str) -> tuple[Row, list[str]]:
    """Return (the container for a call, the ids of the files that a user put into it)."""
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
    """Return the container of an earlier turn, or None if none still runs.

    As on the platform, a tool with the container `auto` uses it again.
    """
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


def list_mcp_tools(job: Work) -> None:
    """Add an `mcp_list_tools` item for each MCP server, with the error that no server was asked.

    A server that an earlier turn has listed is left out.
    """
    read = [item for item in job.context.items if item["type"] == "mcp_list_tools"]
    known = {item["server_label"] for item in read}
    for tool in job.choice.of("mcp"):
        if tool["server_label"] not in known:
            label = tool["server_label"]
            job.output.append(
                items.new("mcp_list_tools", server_label=label, tools=[], error=NO_MCP)
            )


def mcp_approval(job: Work) -> Json | None:
    """Return the request for an approval of an MCP call, or None if the response needs none."""
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


def call_mcp(job: Work) -> None:
    """Add a failed call for each MCP tool that was approved or that `tool_choice` names."""
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
