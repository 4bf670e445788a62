"""The `responses` runtime's support of each field, tool and option of an assistant."""

from typing import Final

from provisioner.runtimes._shared.support_table import SAME, Table, becomes, caveat, each, lacking

_AGENTS_ONLY: Final = lacking("Only the Agents API has it.")
_NO_SESSION: Final = lacking("A response does not belong to a session.")

_FIELDS: Final[Table] = {
    **each(SAME, "model", "temperature", "top_p", "parallel_tool_calls", "tools"),
    "name": caveat("Names the release. It is not a parameter of a request."),
    "description": caveat("Describes the release. It is not a parameter of a request."),
    "metadata": caveat(
        "Metadata of the release. A response has metadata of its own, which the application sets."
    ),
    "instructions": caveat(
        "`previous_response_id` does not carry over earlier instructions, so every request of the release"
        " contains them."
    ),
    "reasoning_effort": becomes("reasoning.effort"),
    "reasoning_summary": becomes("reasoning.summary"),
    "reasoning_context": becomes("reasoning.context"),
    "reasoning_mode": becomes("reasoning.mode"),
    "verbosity": becomes("text.verbosity"),
    "response_format": becomes("text.format"),
    "response_format.json_schema": becomes(
        "text.format", "Its fields are one level higher than in a manifest."
    ),
    "tool_choice": becomes(
        "tool_choice", "A function's name is one level higher than in a manifest."
    ),
    "truncation_strategy": becomes(
        "truncation",
        "`auto` drops messages from the beginning of the conversation; the Assistants API "
        "dropped them from the middle. Without it, a request that does not fit fails.",
    ),
    # No other setting cuts by a number of messages, and nothing similar is put in its place.
    "truncation_strategy=last_messages": lacking(
        "Responses does not count messages: send fewer messages, or set `context_management`."
    ),
    "max_completion_tokens": becomes(
        "max_output_tokens", "It limits one response, including its reasoning, and not a whole run."
    ),
    "max_prompt_tokens": lacking("Responses has no limit for the input."),
    **each(SAME, "service_tier", "top_logprobs", "context_management", "include", "store"),
    **each(SAME, "prompt_cache_key", "prompt_cache_options", "moderation", "image"),
    **each(SAME, "prompt_cache_options.mode", "prompt_cache_options.ttl", "access_programs"),
    "prompt_cache_retention": caveat("Deprecated by the API. Use `prompt_cache_options` instead."),
    "max_tool_calls": caveat("It counts calls of built-in tools in one response."),
    **each(_AGENTS_ONLY, "multi_agent", "compaction", "experimental"),
    "session": _NO_SESSION,
}

_SEARCHES: Final[Table] = {
    "tools[file_search]": SAME,
    "tools[file_search].vector_store": becomes("vector_store_ids"),
    "tools[file_search].vector_stores": becomes("vector_store_ids"),
    **each(SAME, "max_num_results", "filters", "ranking_options", of="file_search"),
    **each(SAME, "ranking_options.score_threshold", of="file_search"),
    "tools[file_search].ranking_options.hybrid_search": SAME,
    "tools[file_search].ranking_options.ranker": caveat(
        "`default_2024_08_21` is sent as `default-2024-11-15`, its name in this API."
    ),
    "tools[web_search]": SAME,
    "tools[web_search].allowed_domains": becomes("filters.allowed_domains"),
    "tools[web_search].context_size": becomes("search_context_size"),
    "tools[web_search].location": becomes(
        "user_location", "Without it, the location is the United States."
    ),
    "tools[web_search].mode": becomes("external_web_access", "True with `live`."),
    # The parameter of this API is true or false, and has no third value.
    "tools[web_search].mode=disabled": lacking("Remove the tool instead."),
}

_FUNCTIONS: Final[Table] = {
    "tools[function]": SAME,
    "tools[function].strict": caveat(
        "Published as false if it is not declared, because the server would otherwise "
        "choose strict mode itself."
    ),
    "tools[function].parameters": caveat(
        "Sent as the schema of an empty object if there are none."
    ),
    **each(SAME, "description", "output_schema", of="function"),
    **each(SAME, "defer_loading", "async", "allowed_callers", of="function"),
    "tools[custom]": SAME,
    **each(SAME, "description", "format", of="custom"),
    **each(SAME, "defer_loading", "async", "allowed_callers", of="custom"),
    "tools[tool_search]": SAME,
    **each(SAME, "execution", "description", "parameters", of="tool_search"),
    "tools[programmatic_tool_calling]": SAME,
    "tools[programmatic_tool_calling].enabled": lacking(
        "The tool is enabled if it is attached. To disable it, remove it."
    ),
    "tools[automations]": _AGENTS_ONLY,
}

_CODE: Final[Table] = {
    "tools[code_interpreter]": SAME,
    "tools[code_interpreter].files": becomes(
        "container.file_ids",
        "The files are copied into a container, which expires after some minutes without use.",
    ),
    "tools[code_interpreter].memory_limit": becomes("container.memory_limit"),
    "tools[code_interpreter].network_policy": becomes("container.network_policy"),
    "tools[code_interpreter].allowed_callers": SAME,
    "tools[shell]": caveat("With `environment: {type: local}` the application runs the commands."),
    **each(SAME, "environment", "allowed_callers", of="shell"),
    "tools[apply_patch]": caveat("The application applies the patches."),
    "tools[apply_patch].allowed_callers": SAME,
    "tools[computer_use]": becomes("computer", "The application operates the computer."),
    "tools[computer_use].include_screenshots": lacking(
        "The application sends the screenshots itself."
    ),
    "tools[image_generation]": SAME,
    **each(SAME, "action", "background", "complexity", "frame_count", of="image_generation"),
    **each(SAME, "frame_duration_ms", "input_fidelity", "model", of="image_generation"),
    **each(SAME, "moderation", "output_compression", "output_format", of="image_generation"),
    **each(SAME, "partial_images", "quality", "size", "svg", of="image_generation"),
}

_IN_A_SESSION: Final = lacking(
    "Only a session of the Agents API can start a server or reach one in this way."
)

_MCP: Final[Table] = {
    "tools[mcp]": SAME,
    **each(SAME, "server_url", "headers", "tunnel_id", "server_description", of="mcp"),
    "tools[mcp].connector_id": caveat("Models released after 1 September 2026 have no connectors."),
    "tools[mcp].allowed_tools": caveat("Sent as a plain list if it has only names."),
    **each(SAME, "allowed_tools.tool_names", "allowed_tools.read_only", of="mcp"),
    **each(SAME, "require_approval", "defer_loading", "allowed_callers", of="mcp"),
    "tools[mcp].authorization_env": becomes(
        "authorization",
        "The release contains the variable's name. `load` and `ask` replace it by the value.",
    ),
    **each(_IN_A_SESSION, "command", "args", "cwd", "env_vars", "connection_origin", of="mcp"),
    "tools[mcp].credential": lacking("Vaults belong to agents: use `authorization_env`."),
    "tools[mcp].credential_id": lacking("Vaults belong to agents: use `authorization_env`."),
    **each(_AGENTS_ONLY, "request_metadata", "required", of="mcp"),
}

SUPPORT: Final[Table] = {**_FIELDS, **_SEARCHES, **_FUNCTIONS, **_CODE, **_MCP}
