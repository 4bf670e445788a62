"""The limits of the Assistants API, which `core/wire.py` adds to the SDK's types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.limits import FUNCTION_NAME, ONE_OR_MORE, between
from provisioner.emulator.knowledge.limits import CHUNKING

if TYPE_CHECKING:
    from provisioner.emulator.core.wire import Limits

LONGEST_TEXT = 256_000
"""The most characters of instructions and of a message."""
CONTENT = {"minLength": 1, "maxLength": LONGEST_TEXT, "minItems": 1}

LIMITS: Limits = CHUNKING | {
    "*.model": {"minLength": 1},
    "*.instructions": {"maxLength": LONGEST_TEXT},
    "*.temperature": between(0, 2),
    "*.top_p": between(0, 1),
    "*.content": CONTENT,
    # These parameters of the SDK's methods are in the URL, and not in the body.
    "*.thread_id": None,
    "*.include": None,
    "AssistantCreateParams.name": {"maxLength": 256},
    "AssistantUpdateParams.name": {"maxLength": 256},
    "*.description": {"maxLength": 512},
    # An empty limit replaces the one for `*.description`, because these texts have no maximum.
    "FunctionDefinition.description": {},
    "JSONSchema.description": {},
    "AssistantCreateParams.tools": {"maxItems": 128},
    "AssistantUpdateParams.tools": {"maxItems": 128},
    "RunCreateParams.tools": {"maxItems": 20},
    "ThreadCreateAndRunParams.tools": {"maxItems": 20},
    "FunctionDefinition.name": FUNCTION_NAME,
    "JSONSchema.name": FUNCTION_NAME,
    "FileSearch.max_num_results": between(1, 50),
    "FileSearchRankingOptions.score_threshold": between(0, 1),
    "ToolResourcesCodeInterpreter.file_ids": {"maxItems": 20},
    "ThreadToolResourcesCodeInterpreter.file_ids": {"maxItems": 20},
    "*.vector_store_ids": {"maxItems": 1},
    "*.vector_stores": {"maxItems": 1},
    "*.max_prompt_tokens": {"minimum": 256},
    "*.max_completion_tokens": {"minimum": 256},
    "*.last_messages": {"minimum": 1},
    "*.assistant_id": ONE_OR_MORE,
    "TextContentBlockParam.text": {"maxLength": LONGEST_TEXT},
    "ToolOutput.output": {"maxLength": 512 * 1024},
    # The SDK's type allows an attachment without a file, and the platform refuses it.
    **{
        kind: {"required": ["file_id"]}
        for kind in (
            "Attachment", "MessageAttachment", "AdditionalMessageAttachment", "ThreadMessageAttachment",
        )
    },
}  # fmt: skip
