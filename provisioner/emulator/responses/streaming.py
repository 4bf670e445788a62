"""A response as a stream of server-sent events, or as the answer to a request that waits for it.

The events are computed from the finished response and numbered from 0, so a stream that was
interrupted can be continued after any number.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.engine import PIECE
from provisioner.emulator.responses import items
from provisioner.emulator.responses.execution import ENGINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.emulator.core.call import Call
    from provisioner.emulator.core.store import Json

UNFINISHED: Json = {
    "output": [],
    "usage": None,
    "error": None,
    "incomplete_details": None,
    "completed_at": None,
}
"""The values of these fields in events that are sent before a response has ended."""


def shown(body: Json, include: list[str]) -> Json:
    """Return a response without those values that are only shown if `include` contains their names."""
    return body | {"output": [items.shown(item, include) for item in body["output"]]}


def awaited(call: Call, first: Json, include: list[str]) -> Json:
    """Wait until a response has ended, and return it.

    `first` is the response as it was when the request arrived. Values that are only shown if
    `include` contains their names are left out otherwise.
    """
    last = first
    while last["status"] in ENGINE.moving:
        time.sleep(ENGINE.pause(last["status"], call.settings))
        row = ENGINE.moved(call, first["id"])
        last = last | {"status": "cancelled"} if row is None else row.body
    return shown(last, include)


def live(
    call: Call, first: Json, include: list[str], after: int = -1
) -> Iterator[tuple[str, Json]]:
    """Yield the events of a response whose number is greater than `after`.

    `first` is the response as it was when the request arrived.
    """
    opening = _opening(first)
    yield from _numbered(opening, 0, after)
    last = awaited(call, first, include)
    yield from _numbered(_closing(last), len(opening), after)


def _numbered(events: list[Json], start: int, after: int) -> Iterator[tuple[str, Json]]:
    """Yield events with their numbers, beginning at `start`, if the number is greater than `after`."""
    for number, event in enumerate(events, start):
        if number > after:
            yield event["type"], {**event, "sequence_number": number}


def _opening(body: Json) -> list[Json]:
    """Return the events before the work is done."""
    statuses = ("queued", "in_progress") if body["background"] else ("in_progress",)
    early = [body | UNFINISHED | {"status": status} for status in statuses]
    begun = [{"type": f"response.{state['status']}", "response": state} for state in early]
    return [{"type": "response.created", "response": early[0]}, *begun]


def _closing(body: Json) -> list[Json]:
    """Return the events for each output item, and for the end of the response."""
    events: list[Json] = []
    for index, item in enumerate(body["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        before, between = EVENTS.get(item["type"], _nothing)(item)
        events.append(_of_item("added", before, index))
        events += [{"type": f"response.{name}", **place, **more} for name, more in between]
        events.append(_of_item("done", item, index))
    if body["status"] in {"completed", "incomplete", "failed"}:
        # The platform has no event for a response that was cancelled: its stream just ends.
        events.append({"type": f"response.{body['status']}", "response": body})
    return events


def _of_item(what: str, item: Json, index: int) -> Json:
    return {"type": f"response.output_item.{what}", "output_index": index, "item": item}


# The events of one item: (the item as its event `added` shows it, [(name, fields) of each event
# between `added` and `done`]).
Told = tuple["Json", list[tuple[str, "Json"]]]


def _nothing(item: Json) -> Told:
    return item, []


def _message(item: Json) -> Told:
    told: list[tuple[str, Json]] = []
    for index, part in enumerate(item["content"]):
        place = {"content_index": index}
        empty = {**part, "text": "", "annotations": []}
        told.append(("content_part.added", {**place, "part": empty}))
        pieces = PIECE.findall(part["text"]) or [part["text"]]
        told += [("output_text.delta", {**place, "delta": p, "logprobs": []}) for p in pieces]
        for at, note in enumerate(part["annotations"]):
            fields = {**place, "annotation_index": at, "annotation": note}
            told.append(("output_text.annotation.added", fields))
        told.append(("output_text.done", {**place, "text": part["text"], "logprobs": []}))
        told.append(("content_part.done", {**place, "part": part}))
    return {**item, "status": "in_progress", "content": []}, told


def _written(key: str, word: str) -> Callable[[Json], Told]:
    """Return a function that builds the events of an item whose text a model writes.

    `key` is the field of that text, and `word` the beginning of the events' names.
    """

    def told(item: Json) -> Told:
        deltas = [(f"{word}.delta", {"delta": piece}) for piece in PIECE.findall(item[key])]
        return {**item, key: "", "status": "in_progress"}, [
            *deltas,
            (f"{word}.done", {key: item[key]}),
        ]

    return told


def _called(name: str, **empty: Any) -> Callable[[Json], Told]:
    """Return a function that builds the events of a search.

    `name` is the beginning of the events' names. `empty` are the fields that change when the search
    ends, with their values before that.
    """

    def told(item: Json) -> Told:
        steps = ("in_progress", "searching", "completed")
        return {**item, **empty, "status": "in_progress"}, [(f"{name}.{s}", {}) for s in steps]

    return told


def _code(item: Json) -> Told:
    name = "code_interpreter_call"
    pieces = [(f"{name}_code.delta", {"delta": piece}) for piece in PIECE.findall(item["code"])]
    return {**item, "code": "", "outputs": None, "status": "in_progress"}, [
        (f"{name}.in_progress", {}),
        *pieces,
        (f"{name}_code.done", {"code": item["code"]}),
        (f"{name}.interpreting", {}),
        (f"{name}.completed", {}),
    ]


def _mcp_list(item: Json) -> Told:
    steps = ("in_progress", "failed" if item.get("error") else "completed")
    return {**item, "tools": [], "error": None}, [(f"mcp_list_tools.{s}", {}) for s in steps]


def _mcp_call(item: Json) -> Told:
    return {**item, "arguments": "", "error": None, "status": "in_progress"}, [
        ("mcp_call.in_progress", {}),
        ("mcp_call_arguments.delta", {"delta": item["arguments"]}),
        ("mcp_call_arguments.done", {"arguments": item["arguments"]}),
        ("mcp_call.failed" if item.get("error") else "mcp_call.completed", {}),
    ]


EVENTS: dict[str, Callable[[Json], Told]] = {
    "message": _message,
    "function_call": _written("arguments", "function_call_arguments"),
    "custom_tool_call": _written("input", "custom_tool_call_input"),
    "file_search_call": _called("file_search_call", queries=[], results=None),
    "web_search_call": _called("web_search_call"),
    "code_interpreter_call": _code,
    "mcp_list_tools": _mcp_list,
    "mcp_call": _mcp_call,
    "compaction": lambda item: (item, [("compaction.compacting", {})]),
}
"""The function that builds the events of an item, by its type."""
