"""The `agents` runtime's support of each field, tool and option of an assistant."""

from typing import Final

from provisioner.runtimes._shared.support_table import (
    SAME,
    Table,
    becomes,
    caveat,
    each,
    lacking,
    recorded,
)

_NO_DIAL: Final = lacking("The Agents API has no such setting.")
_RESPONSES: Final = lacking("Only Responses has it.")
_PER_SESSION: Final = "Recorded in the mark. `ask` and `load` create each session with it."

_FIELDS: Final[Table] = {
    **each(SAME, "model", "metadata", "service_tier", "multi_agent", "experimental"),
    "name": caveat("The Agents API allows at most 128 characters.", limit=128),
    "description": lacking("An agent has only a name, and metadata in which it can be described."),
    "instructions": caveat("Appended to the agent's own base instructions, which stay in force."),
    "reasoning_effort": becomes("reasoning.effort"),
    "reasoning_summary": becomes("reasoning.summary"),
    **each(_RESPONSES, "reasoning_context", "reasoning_mode", "top_logprobs"),
    "verbosity": becomes("text.verbosity"),
    # One value that this API lacks, of a field that it has.
    "service_tier=scale": _RESPONSES,
    "response_format": becomes("text.format"),
    "response_format=json_object": lacking("Use `type: text`, or `type: json_schema`."),
    "response_format.json_schema": becomes("text.format", "Only the schema itself is sent."),
    # Rows of their own, because only `schema` is sent: each of these would be lost silently.
    "response_format.json_schema.name": lacking("The Agents API has no name for an answer format."),
    "response_format.json_schema.description": lacking("Put it into the schema's `description`."),
    "response_format.json_schema.strict=true": lacking("The Agents API has no strict mode."),
    "compaction": caveat("If not set, the agent waits while its context is compacted."),
    "session": recorded(_PER_SESSION),
    "session.environment": recorded(_PER_SESSION),
    "session.environment.template": recorded("Becomes `environment.environment_template_id`."),
    "session.spend_limit": recorded("Becomes `spend_control.limit`. Without it there is no limit."),
    "session.vaults": recorded("Becomes `vault_ids`."),
    "session.review": recorded(_PER_SESSION),
    "prompt_cache_options": recorded(_PER_SESSION),
    "prompt_cache_options.ttl": recorded(_PER_SESSION),
    "prompt_cache_options.mode": _RESPONSES,
    **each(_RESPONSES, "prompt_cache_key", "prompt_cache_retention", "include", "store"),
    **each(_RESPONSES, "moderation", "image", "access_programs", "max_tool_calls"),
    **each(_NO_DIAL, "temperature", "top_p", "tool_choice", "parallel_tool_calls"),
    "truncation_strategy": lacking("Agents compact their context: see `compaction`."),
    "context_management": lacking("Agents compact their context automatically: see `compaction`."),
    "max_prompt_tokens": lacking("A session has a limit in money: `session.spend_limit`."),
    "max_completion_tokens": lacking("A session has a limit in money: `session.spend_limit`."),
}

_TOOLS: Final[Table] = {
    "tools": SAME,
    "tools[file_search]": lacking(
        "The Agents API has no vector stores. Use files of an EnvironmentTemplate, a Skill, or"
        " an MCP server that searches."
    ),
    "tools[code_interpreter]": lacking("A hosted session runs code in its own environment."),
    **each(_RESPONSES, "tools[image_generation]", "tools[custom]", "tools[apply_patch]"),
    "tools[shell]": lacking("A hosted session always has a shell."),
    "tools[function]": SAME,
    "tools[function].description": caveat(
        "Sent as an empty text if there is none, because the API requires one."
    ),
    "tools[function].parameters": caveat(
        "Sent as the schema of an empty object if there are none."
    ),
    # False may be left out, because the API is never strict. True may not.
    "tools[function].strict": caveat("Not sent: the Agents API has no strict mode for functions."),
    "tools[function].strict=true": lacking("The Agents API has no strict mode for functions."),
    **each(SAME, "defer_loading", "async", of="function"),
    **each(_RESPONSES, "output_schema", "allowed_callers", of="function"),
    "tools[web_search]": SAME,
    **each(SAME, "allowed_domains", "context_size", "location", "mode", of="web_search"),
    "tools[tool_search]": SAME,
    **each(_RESPONSES, "execution", "description", "parameters", of="tool_search"),
    "tools[programmatic_tool_calling]": SAME,
    "tools[programmatic_tool_calling].enabled": SAME,
    "tools[computer_use]": caveat("A browser in a hosted session. Other sessions do not have it."),
    "tools[computer_use].include_screenshots": SAME,
    "tools[automations]": caveat(
        "The agent schedules its own sessions. Automations that an agent creates are never ours."
    ),
}

_MCP: Final[Table] = {
    "tools[mcp]": caveat(
        "Secrets come from the session's vaults, matched by the server's address."
    ),
    "tools[mcp].server_url": becomes("transport.server_url"),
    "tools[mcp].headers": becomes("transport.headers"),
    "tools[mcp].command": becomes("transport.command", "It runs where the session runs."),
    **{f"tools[mcp].{name}": becomes(f"transport.{name}") for name in ("args", "cwd", "env_vars")},
    "tools[mcp].allowed_tools": SAME,
    "tools[mcp].allowed_tools.tool_names": becomes("allowed_tools"),
    "tools[mcp].allowed_tools.read_only": _RESPONSES,
    "tools[mcp].credential": becomes("credential_id"),
    **each(SAME, "connection_origin", "credential_id", "request_metadata", "required", of="mcp"),
    **each(_RESPONSES, "tunnel_id", "connector_id", "server_description", of="mcp"),
    **each(_RESPONSES, "defer_loading", "allowed_callers", of="mcp"),
    "tools[mcp].require_approval": lacking("Use `session.review` instead."),
    "tools[mcp].authorization_env": lacking("Put the token into a vault: see `session.vaults`."),
}

SUPPORT: Final[Table] = {**_FIELDS, **_TOOLS, **_MCP}
