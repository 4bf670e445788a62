"""The prompt of the stand-in model: the tools of a run, and the messages that truncation leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner.emulator.assistants import messages
from provisioner.emulator.knowledge.ingest import tokens

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row, Session


@dataclass(frozen=True, slots=True)
class Task:
    """The work of one run.

    `question` is the last message of a user. `messages` is the number of messages in the thread,
    and `dropped` is how many of them truncation has removed. `tokens` is the number of
    tokens of the prompt. `outputs` are the tool outputs that the application has submitted.
    `store_ids` and `code_file_ids` are what file search and the code interpreter may use.
    """

    run: Json
    assistant_name: str | None
    question: str
    messages: int
    dropped: int
    tokens: int
    outputs: list[str]
    store_ids: list[str]
    code_file_ids: list[str]

    @property
    def functions(self) -> list[Json]:
        return [tool["function"] for tool in self.run["tools"] if tool["type"] == "function"]

    def tool(self, kind: str) -> Json | None:
        """Return the tool of that type, or None if the run does not have it or may use no tools at all."""
        if self.run["tool_choice"] == "none":
            return None
        return next((tool for tool in self.run["tools"] if tool["type"] == kind), None)

    def forced(self, kind: str) -> bool:
        """Return true if `tool_choice` demands the tool of that type."""
        choice: Any = self.run["tool_choice"]
        if choice == "required":
            # `required` demands any tool. The stand-in takes a function if there is one, else the first.
            return not self.functions and bool(self.run["tools"][0]["type"] == kind)
        return isinstance(choice, dict) and bool(choice["type"] == kind)


def task_of(db: Session, run: Row) -> Task | None:
    """Return the task of a run, or None if its prompt does not fit into `max_prompt_tokens`."""
    thread = [row.body for row in db.children(messages.KIND, run.parent)]
    said = [messages.plain_text(message) for message in thread]
    kept = _truncated(run.body, said)
    if kept is None:
        return None
    asked = [text for message, text in zip(thread, said, strict=True) if message["role"] == "user"]
    return Task(
        run=run.body,
        assistant_name=run.hidden["assistant_name"],
        question=asked[-1] if asked else "",
        messages=len(said),
        dropped=len(said) - len(kept),
        tokens=tokens(run.body["instructions"]) + sum(map(tokens, kept)),
        outputs=run.hidden.get("outputs", []),
        store_ids=_collected(run, "file_search", "vector_store_ids"),
        code_file_ids=_collected(run, "code_interpreter", "file_ids"),
    )


def _truncated(run: Json, said: list[str]) -> list[str] | None:
    """Return the messages of the prompt, or None if even the last message does not fit."""
    strategy, most = run["truncation_strategy"], run["max_prompt_tokens"]
    kept = list(said)
    if strategy["type"] == "last_messages":
        kept = kept[-strategy["last_messages"] :]
    if most is None:
        return kept
    room = most - tokens(run["instructions"])
    sizes = [tokens(text) for text in kept]
    if strategy["type"] == "auto":
        # The platform removes messages from the middle of the thread first.
        while sum(sizes) > room and len(sizes) > 1:
            middle = (len(sizes) - 1) // 2
            del sizes[middle], kept[middle]
    # Only `auto` drops messages to fit. With `last_messages`, a prompt that is too long ends the run.
    return kept if sum(sizes) <= room else None


def _collected(run: Row, tool: str, key: str) -> list[str]:
    """Return the ids that a tool of a run may use, each once.

    The ids of the run or, if it has none, of the assistant come first, then those of the thread.
    The list is empty if the tool is not enabled.
    """
    if all(enabled["type"] != tool for enabled in run.body["tools"]):
        return []
    found = [
        name
        for resources in run.hidden["resources"]
        for name in resources.get(tool, {}).get(key, [])
    ]
    return list(dict.fromkeys(found))
