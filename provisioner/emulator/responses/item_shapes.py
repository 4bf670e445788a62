"""The schemas of items that are given: messages, calls, outputs, and what else a model may read."""

from __future__ import annotations

from provisioner.emulator.core.shapes import Schema, closed, items, null, one_of, tagged, text

LONGEST_TEXT = 10_485_760
INCLUDABLE = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)
INCLUDE = null(items(one_of(*INCLUDABLE)))

_BREAKPOINT = closed({"mode": one_of("explicit"), "ttl": one_of("30m", "12h")}, "mode")
_STATUS = null(one_of("in_progress", "completed", "incomplete"))
_ID = null(text())
_CALLER = null(
    tagged({"direct": closed({"type": {}}), "program": closed({"type": {}, "caller_id": text()})})
)
_CALL = {"type": {}, "id": _ID, "caller": _CALLER, "namespace": null(text()), "status": _STATUS}

_ASKED_PARTS: dict[str, Schema] = {
    "input_text": closed(
        {"type": {}, "text": text(LONGEST_TEXT), "prompt_cache_breakpoint": _BREAKPOINT}, "text"
    ),
    "input_image": closed(
        {
            "type": {},
            "detail": one_of("auto", "low", "high", "original"),
            "file_id": null(text()),
            "image_url": null(text()),
            "prompt_cache_breakpoint": _BREAKPOINT,
        }
    ),
    "input_file": closed(
        {
            "type": {},
            "detail": one_of("auto", "low", "high"),
            "file_data": text(),
            "file_id": null(text()),
            "file_url": text(),
            "filename": text(),
            "prompt_cache_breakpoint": _BREAKPOINT,
        }
    ),
}
_SAID_PARTS: dict[str, Schema] = {
    "output_text": closed(
        {
            "type": {},
            "text": text(LONGEST_TEXT),
            "annotations": items({"type": "object", "required": ["type"]}),
            "logprobs": null(items({"type": "object"})),
        },
        "text",
    ),
    "refusal": closed({"type": {}, "refusal": text()}, "refusal"),
}


def _text_or(parts: dict[str, Schema]) -> Schema:
    return {
        "type": ["string", "array"],
        "if": {"type": "string"},
        "then": {"maxLength": LONGEST_TEXT},
        "else": {"if": {"type": "array"}, "then": items(tagged(parts))},
    }


def _loose(*required: str) -> Schema:
    """An item of a tool that is not at work here: it is kept, and handed back as it came."""
    return {"type": "object", "required": list(required)}


_MESSAGE = closed(
    {
        "type": {},
        "id": _ID,
        "role": one_of("user", "assistant", "system", "developer"),
        "content": {},
        "status": _STATUS,
        "phase": null(one_of("commentary", "final_answer")),
    },
    "role",
    "content",
) | {
    "if": {"required": ["role"], "properties": {"role": {"const": "assistant"}}},
    "then": {"properties": {"content": _text_or(_SAID_PARTS)}},
    "else": {"properties": {"content": _text_or(_ASKED_PARTS)}},
}
_REFERENCE = closed({"type": {}, "id": text(shortest=1)}, "id")
_OUTPUT = {"call_id": text(64, shortest=1), "output": _text_or(_ASKED_PARTS), "name": null(text())}

KINDS: dict[str, Schema] = {
    "message": _MESSAGE,
    "item_reference": _REFERENCE,
    "function_call": closed(
        _CALL
        | {
            "arguments": text(LONGEST_TEXT),
            "call_id": text(64, shortest=1),
            "name": text(shortest=1),
            "async": null({"type": "boolean"}),
        },
        "arguments",
        "call_id",
        "name",
    ),
    "function_call_output": closed(_CALL | _OUTPUT, "call_id", "output"),
    "custom_tool_call": closed(
        _CALL
        | {
            "call_id": text(64, shortest=1),
            "input": text(LONGEST_TEXT),
            "name": text(shortest=1),
            "async": null({"type": "boolean"}),
        },
        "call_id",
        "input",
        "name",
    ),
    "custom_tool_call_output": closed(_CALL | _OUTPUT, "call_id", "output"),
    "reasoning": _loose("id", "summary"),
    "compaction": _loose("encrypted_content"),
    "file_search_call": _loose("id", "queries", "status"),
    "web_search_call": _loose("id", "action", "status"),
    "code_interpreter_call": _loose("id", "code", "container_id", "status"),
    "mcp_list_tools": _loose("id", "server_label", "tools"),
    "mcp_call": _loose("id", "arguments", "name", "server_label"),
    "mcp_approval_request": _loose("id", "arguments", "name", "server_label"),
    "mcp_approval_response": closed(
        {
            "type": {},
            "id": _ID,
            "approval_request_id": text(),
            "approve": {"type": "boolean"},
            "reason": null(text()),
        },
        "approval_request_id",
        "approve",
    ),
    "computer_call": _loose("call_id", "id"),
    "computer_call_output": _loose("call_id", "output"),
    "image_generation_call": _loose("id", "result", "status"),
    "local_shell_call": _loose("id", "action", "call_id"),
    "local_shell_call_output": _loose("id", "output"),
    "shell_call": _loose("action", "call_id"),
    "shell_call_output": _loose("call_id", "output"),
    "apply_patch_call": _loose("call_id", "operation"),
    "apply_patch_call_output": _loose("call_id", "status"),
    "tool_search_call": _loose("arguments"),
    "tool_search_output": _loose("tools"),
    "additional_tools": _loose("role", "tools"),
    "program": _loose("id", "call_id", "code"),
    "program_output": _loose("id", "call_id", "result"),
}
_UNTYPED = {"anyOf": [{"not": {"required": ["type"]}}, {"properties": {"type": {"type": "null"}}}]}
ITEM: Schema = {
    "type": "object",
    "properties": {"type": null(one_of(*KINDS))},
    "allOf": [
        {"if": {"required": ["type"], "properties": {"type": {"const": kind}}}, "then": schema}
        for kind, schema in KINDS.items()
    ]
    + [
        {
            "if": _UNTYPED,
            # Without a type it is a message, unless it has nothing but an id.
            "then": {
                "if": {"required": ["id"], "not": {"required": ["role"]}},
                "then": _REFERENCE,
                "else": _MESSAGE,
            },
        }
    ],
}
INPUT: Schema = {
    "type": ["string", "array", "null"],
    "if": {"type": "string"},
    "then": {"maxLength": LONGEST_TEXT},
    "else": {"if": {"type": "array"}, "then": items(ITEM)},
}
