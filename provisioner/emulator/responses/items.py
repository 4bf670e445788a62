"""Items: the input and the output of responses, and the content of conversations.

Every item of a request is checked and completed here.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.errors import ApiError, invalid_value
from provisioner.emulator.core.store import dump
from provisioner.emulator.core.tools import check_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provisioner.emulator.core.store import Json, Session

# The prefixes of ids by type of item. Where the platform's prefix is unknown, it is `item_`.
PREFIXES = {
    "message": "msg_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctco_",
    "reasoning": "rs_",
    "file_search_call": "fs_",
    "web_search_call": "ws_",
    "code_interpreter_call": "ci_",
    "mcp_list_tools": "mcpl_",
    "mcp_call": "mcp_",
    "mcp_approval_request": "mcpr_",
    "mcp_approval_response": "mcpa_",
    "compaction": "cmp_",
}
WITH_STATUS = {
    "message",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
}
"""The types of items that get the status `completed` if a request leaves it out."""


def kind_of(given: Json) -> str:
    """Return the type of an item.

    Without a type it is a message, or a reference if it has no role.
    """
    kind: str | None = given.get("type")
    return kind or ("message" if "role" in given else "item_reference")


def new(kind: str, **fields: Any) -> Json:
    """Return a new item of a type, with an id."""
    return {"id": new_id(PREFIXES.get(kind, "item_")), "type": kind, **fields}


def compaction(count: int) -> Json:
    """Return an item that replaces `count` others. On the platform its content is encrypted."""
    summary = f"[stand-in model] {count} items were compacted here."
    return new("compaction", encrypted_content=base64.b64encode(summary.encode()).decode())


def filled(db: Session, given: Json, path: str) -> Json:
    """Return an item of a request as it is stored: with an id, a status, and its content as parts.

    Raises ApiError for an id with the wrong prefix and for an unknown file.
    """
    kind = kind_of(given)
    prefix = PREFIXES.get(kind, "item_")
    # Applications send items of an earlier output, which have null where a field is not set.
    fields = {key: value for key, value in given.items() if value is not None}
    if kind in {"message", "function_call", "reasoning"}:
        check_id(fields.get("id", prefix), prefix, f"{path}.id")
    item = new(kind) | ({"status": "completed"} if kind in WITH_STATUS else {}) | fields
    if kind == "message":
        item["content"] = _parts(db, item["role"], item["content"], f"{path}.content")
    return item


def check_id(name: str, prefix: str, param: str) -> None:
    """Raise ApiError unless an id begins with a prefix such as `resp_`.

    The `_` may be missing in the id.
    """
    start = prefix.removesuffix("_")
    if not name.startswith(start):
        raise invalid_value(
            f"Invalid '{param}': '{name}'. Expected an ID that begins with '{start}'.", param
        )


def _parts(db: Session, role: str, content: Any, path: str) -> list[Json]:
    """Return the content of a message as parts. Raises ApiError for an unknown file."""
    if isinstance(content, str):
        content = [
            {"type": "output_text" if role == "assistant" else "input_text", "text": content}
        ]
    parts: list[Json] = []
    for index, part in enumerate(content):
        if part.get("file_id") is not None:
            check_file(db, part["file_id"], f"{path}[{index}].file_id")
        defaults = {"output_text": {"annotations": [], "logprobs": []}, "input_image": _IMAGE}
        parts.append(defaults.get(part["type"], {}) | part)
    return parts


_IMAGE = {"detail": "auto"}


def check_unique(known: Iterable[Json]) -> None:
    """Raise ApiError if two items have the same id."""
    seen: set[str] = set()
    for item in known:
        if item["id"] in seen:
            raise ApiError(
                f"Duplicate item found with id {item['id']}. "
                "Remove duplicate items from your input and try again.",
                param="input",
            )
        seen.add(item["id"])


def text_of(item: Json) -> str:
    """Return the text of an item that a model would read."""
    match item["type"]:
        case "message":
            return _joined(item["content"])
        case "function_call_output" | "custom_tool_call_output":
            output = item["output"]
            return output if isinstance(output, str) else _joined(output)
        case "function_call":
            return f"{item['name']}({item['arguments']})"
        case _:
            return dump(item)


def _joined(parts: list[Json]) -> str:
    return "\n".join(part.get("text") or part.get("refusal") or "" for part in parts)


def shown(item: Json, include: list[str]) -> Json:
    """Return an item without those values that are only shown if `include` contains their names."""
    kind = item["type"]
    if kind == "file_search_call" and "file_search_call.results" not in include:
        return item | {"results": None}
    if kind == "code_interpreter_call" and "code_interpreter_call.outputs" not in include:
        return item | {"outputs": None}
    if kind == "web_search_call" and "web_search_call.action.sources" not in include:
        action = {key: value for key, value in item["action"].items() if key != "sources"}
        return item | {"action": action}
    return item
