"""The limits of the Responses API, which `core/wire.py` adds to the SDK's types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.limits import FUNCTION_NAME, NULLABLE, ONE_OR_MORE, between
from provisioner.emulator.core.shapes import null, one_of
from provisioner.emulator.core.wire import NULLS, UNCHECKED
from provisioner.emulator.knowledge.limits import SEARCH

if TYPE_CHECKING:
    from provisioner.emulator.core.shapes import Schema
    from provisioner.emulator.core.wire import Limits

LONGEST_TEXT = 10_485_760
"""The most characters of any text in an item."""
MOST_TOOLS = 128
_CALL_ID = {"minLength": 1, "maxLength": 64}
_STATUS = null(one_of("in_progress", "completed", "incomplete"))
_TEXT: Schema = {"type": ["string", "null"]}
_ITEMS: Schema = {"type": "array", "items": {"$ref": "#/$defs/Item"}}

# Items of tools that the stand-in model does not use: they are stored and returned unchanged.
_KEPT_ITEMS = """
    ResponseReasoningItemParam ResponseCompactionItemParamParam ResponseFileSearchToolCallParam
    ResponseFunctionWebSearchParam ResponseCodeInterpreterToolCallParam McpListTools McpCall
    McpApprovalRequest ResponseComputerToolCallParam ComputerCallOutput ImageGenerationCall
    LocalShellCall LocalShellCallOutput ShellCall ShellCallOutput ApplyPatchCall ApplyPatchCallOutput
    ToolSearchCall ResponseToolSearchOutputItemParamParam AdditionalTools Program ProgramOutput
    ResponseConfigurationUpdateItemParamParam CompactionTrigger
"""
# Parts of a request that are stored and returned unchanged.
_KEPT_PARTS = """
    ImageGeneration ComputerUsePreviewToolParam FunctionShellToolParam NamespaceToolParam Moderation
    ContainerNetworkPolicyDomainSecretParam
"""
# Items and parts that an application takes from the output of a response and sends as input. They
# contain null where an optional field is not set.
_AS_THEY_CAME = """
    ResponseFunctionToolCallParam FunctionCallOutput ResponseCustomToolCallParam
    ResponseCustomToolCallOutputParam McpApprovalResponse EasyInputMessageParam Message
    ResponseOutputMessageParam ResponseInputTextParam ResponseInputImageParam ResponseInputFileParam
    ResponseInputTextContentParam ResponseInputImageContentParam ResponseInputFileContentParam
    ResponseOutputTextParam ResponseOutputRefusalParam
"""

ITEMS: Limits = {
    **dict.fromkeys(_KEPT_ITEMS.split(), UNCHECKED),
    **dict.fromkeys(_AS_THEY_CAME.split(), NULLS),
    # The platform requires fewer of these fields than the SDK's types, and returns more.
    "ResponseInputImageParam": NULLS | {"required": []},
    "ResponseCustomToolCallParam": NULLS | {"properties": {"status": _STATUS}},
    "ResponseCustomToolCallOutputParam": NULLS
    | {"properties": {"status": _STATUS, "name": _TEXT, "namespace": _TEXT}},
    "*.text": {"maxLength": LONGEST_TEXT},
    "*.output": {"maxLength": LONGEST_TEXT},
    "*.call_id": _CALL_ID,
    "ResponseFunctionToolCallParam.name": ONE_OR_MORE,
    "ResponseFunctionToolCallParam.arguments": {"maxLength": LONGEST_TEXT},
    "ResponseCustomToolCallParam.name": ONE_OR_MORE,
    "ResponseCustomToolCallParam.input": {"maxLength": LONGEST_TEXT},
    "FunctionCallOutput": NULLS | {"required": ["call_id", "output"]},
    "FunctionCallOutput.call_id": {"type": "string", **_CALL_ID},
    "ResponseOutputTextParam": NULLS | {"required": ["text"]},
    "ResponseOutputTextParam.annotations": {
        "type": "array",
        "items": {"type": "object", "required": ["type"]},
    },
    "ResponseOutputTextParam.logprobs": {"type": ["array", "null"], "items": {"type": "object"}},
    "ItemReference.id": ONE_OR_MORE,
}
LIMITS: Limits = SEARCH | ITEMS | {
    **dict.fromkeys(_KEPT_PARTS.split(), UNCHECKED),
    "ResponseCreateParams.text": NULLABLE,
    "*.model": ONE_OR_MORE,
    "InputTokenCountParams.model": {},
    "*.input": {
        "type": ["string", "array", "null"],
        "maxLength": LONGEST_TEXT,
        "items": {"$ref": "#/$defs/Item"},
    },
    "ConversationCreateParams.items": _ITEMS | {"type": ["array", "null"], "maxItems": 20},
    "ItemCreateParams.items": _ITEMS | {"maxItems": 20},
    "ItemCreateParams.include": NULLABLE,
    "*.previous_response_id": ONE_OR_MORE,
    "ResponseConversationParamParam.id": ONE_OR_MORE,
    "*.temperature": between(0, 2),
    "*.top_p": between(0, 1),
    "*.max_output_tokens": {"minimum": 16},
    "*.max_tool_calls": {"minimum": 1},
    "*.top_logprobs": between(0, 20),
    "*.compact_threshold": {"minimum": 1000},
    "ContextManagement.type": {"type": "string", "enum": ["compaction"]},
    "*.safety_identifier": {"maxLength": 128},
    **dict.fromkeys(
        [
            f"ResponseCreateParams.{name}"
            for name in (
                "access_programs", "background_options", "image", "prompt_cache_options",
                "tool_choice", "user",
            )
        ],
        NULLABLE,
    ),
    "ResponseCreateParams.tools": {"nullable": True, "maxItems": MOST_TOOLS},
    "InputTokenCountParams.tools": {"maxItems": MOST_TOOLS},
    "InputTokenCountParams.truncation": NULLABLE,
    # Tools.
    "FunctionToolParam": {"required": ["name"]},
    "FunctionToolParam.name": FUNCTION_NAME,
    "CustomToolParam.name": FUNCTION_NAME,
    "ResponseFormatTextJSONSchemaConfigParam.name": FUNCTION_NAME,
    "FunctionToolParam.parameters": {"type": ["object", "null"]},
    "ToolSearchToolParam.parameters": {"type": ["object", "null"]},
    "*.vector_store_ids": {"minItems": 1},
    "*.embedding_weight": {"minimum": 0},
    "*.text_weight": {"minimum": 0},
    "Mcp.server_label": {"minLength": 1, "pattern": "^[a-zA-Z][a-zA-Z0-9_-]*$"},
    "Mcp.server_url": ONE_OR_MORE,
    "Mcp.tunnel_id": ONE_OR_MORE,
    "ToolChoiceAllowedParam.tools": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "required": ["type"]},
    },
    "OutputExpiresAfter.seconds": between(3600, 2_592_000),
    # Containers.
    "ContainerCreateParams.name": ONE_OR_MORE,
    "ExpiresAfter.minutes": between(1, 20),
    "ContainerNetworkPolicyAllowlistParam.allowed_domains": {
        "minItems": 1,
        "items": {"minLength": 1},
    },
    "FileCreateParams": {"required": ["file_id"]},
    "FileCreateParams.file": None,
    "FileCreateParams.file_id": ONE_OR_MORE,
}  # fmt: skip
