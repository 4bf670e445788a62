"""The `assistants` runtime's support of each field, tool and option of an assistant."""

from typing import Final

from provisioner.kinds.assistant_dials import AGENT_DIALS, MODEL_DIALS, REQUEST_DIALS
from provisioner.runtimes._shared.support_table import (
    SAME,
    Table,
    becomes,
    caveat,
    each,
    lacking,
    recorded,
)

_BY_RUNNER: Final = recorded(
    "An assistant has no such field in this API. It is recorded in the mark, and applied to "
    "every run by `ask` and by `provisioner.load`."
)
_NEWER: Final = lacking("The Assistants v2 API is older than this field and does not have it.")
_ON_RESPONSES: Final = lacking("Responses has it; the Assistants v2 API does not.")

_FIELDS: Final[Table] = {
    **each(SAME, "name", "description", "model", "instructions", "temperature", "top_p"),
    **each(SAME, "response_format", "response_format.json_schema", "metadata", "tools"),
    "reasoning_effort": caveat(
        "Not every server returns it, so the mark records a digest of the last sent value."
    ),
    **each(_BY_RUNNER, "parallel_tool_calls", "truncation_strategy", "tool_choice"),
    **each(_BY_RUNNER, "max_prompt_tokens", "max_completion_tokens"),
    "truncation_strategy=disabled": lacking("A thread is always cut to fit the model's context."),
    **{
        f"tool_choice={type}": _NEWER
        for type in (
            *("custom", "mcp", "image_generation", "computer_use", "shell", "apply_patch"),
            *("programmatic_tool_calling", "allowed_tools"),
        )
    },
    **each(_NEWER, *MODEL_DIALS, *REQUEST_DIALS, *AGENT_DIALS),
}

_TOOLS: Final[Table] = {
    "tools[file_search]": SAME,
    "tools[file_search].vector_store": becomes("tool_resources.file_search.vector_store_ids"),
    "tools[file_search].vector_stores": lacking("In this API a search uses only one store."),
    **each(SAME, "max_num_results", "ranking_options", of="file_search"),
    "tools[file_search].ranking_options.score_threshold": SAME,
    "tools[file_search].ranking_options.ranker": caveat(
        "For `auto`, the server returns the name of the ranker that it uses."
    ),
    "tools[file_search].ranking_options.ranker=default-2024-11-15": _ON_RESPONSES,
    "tools[file_search].ranking_options.hybrid_search": _ON_RESPONSES,
    "tools[file_search].filters": _ON_RESPONSES,
    "tools[code_interpreter]": SAME,
    "tools[code_interpreter].files": becomes("tool_resources.code_interpreter.file_ids"),
    **each(
        _ON_RESPONSES, "memory_limit", "network_policy", "allowed_callers", of="code_interpreter"
    ),
    "tools[function]": SAME,
    **each(SAME, "description", "parameters", of="function"),
    "tools[function].strict": caveat("The server returns false if it is not set."),
    **each(
        *(_ON_RESPONSES, "output_schema", "defer_loading", "async", "allowed_callers"),
        of="function",
    ),
    "tools[web_search]": lacking("The Assistants v2 API has no web search tool."),
    **{
        f"tools[{type}]": _NEWER
        for type in (
            *("shell", "apply_patch", "computer_use", "custom", "tool_search", "automations"),
            *("programmatic_tool_calling", "mcp", "image_generation"),
        )
    },
}

SUPPORT: Final[Table] = {**_FIELDS, **_TOOLS}
