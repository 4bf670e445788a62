"""The JSON Schema of an Assistant's settings that the Assistants API did not have.

They are fields of Responses and of agents, under the names of these APIs. The support table of a
runtime says which of them it has.
"""

from typing import Final

from provisioner.kinds.sessions import ENVIRONMENT
from provisioner.kinds.shared import Schema, boolean, choice, number, object_, text, texts

_MODERATED: Final[Schema] = {
    "type": "object",
    "description": "What happens to what is found.",
    "required": ["mode"],
    "additionalProperties": False,
    "properties": {"mode": choice("Only score it, or block it.", "score", "block")},
}


MODEL_DIALS: Final[dict[str, Schema]] = {
    "reasoning_summary": choice(
        "Whether the model's thinking is summed up, and how. Default: it is not.",
        *("auto", "concise", "detailed"),
    ),
    "reasoning_context": choice(
        "Which thoughts of earlier turns the model sees again. Default auto.",
        *("auto", "current_turn", "all_turns"),
    ),
    "reasoning_mode": text("How the model reasons: `standard`, or `pro` where it has that."),
    "verbosity": choice("How much is written. Default medium.", "low", "medium", "high"),
    "service_tier": choice(
        "How requests are served and priced. Default auto.",
        *("auto", "default", "flex", "scale", "priority", "fast", "ultrafast"),
    ),
    "top_logprobs": {
        **number("How many alternatives of each token are returned: 0 to 20.", "integer"),
        "minimum": 0,
        "maximum": 20,
    },
}

REQUEST_DIALS: Final[dict[str, Schema]] = {
    "max_tool_calls": {
        **number("The most calls of built-in tools in one response: 1 or more.", "integer"),
        "minimum": 1,
    },
    "context_management": {
        "type": "array",
        "description": "What is done when the context fills up.",
        "items": object_(
            "One measure.",
            ("type",),
            type=choice("What is done: what was said so far is compacted.", "compaction"),
            compact_threshold={
                **number("From how many tokens on: 1 or more.", "integer"),
                "minimum": 1,
            },
        ),
    },
    "include": {
        **texts("What is returned beside the answer."),
        "uniqueItems": True,
        "items": {
            "enum": [
                "file_search_call.results",
                "web_search_call.results",
                "web_search_call.action.sources",
                "message.input_image.image_url",
                "computer_call_output.output.image_url",
                "code_interpreter_call.outputs",
                "reasoning.encrypted_content",
                "message.output_text.logprobs",
            ]
        },
    },
    "store": boolean("Whether the platform keeps responses, for 30 days at least. Default true."),
    "prompt_cache_key": text("Requests with one key are served from one cache where possible."),
    "prompt_cache_options": object_(
        "How the beginning of a prompt, which was read before, is cached.",
        mode=choice(
            "Whether the platform chooses what is cached. Default implicit.",
            *("implicit", "explicit"),
        ),
        ttl=choice("How long it is cached at least. Default 30m.", "30m", "12h"),
    ),
    "prompt_cache_retention": choice(
        "How long it is cached at most. `prompt_cache_options` has taken its place.",
        *("in_memory", "24h"),
    ),
    "moderation": object_(
        "A model moderates the questions and the answers.",
        ("model",),
        model=text("The id of the moderation model."),
        policy=object_(
            "What happens to what is found. Default: it is scored.",
            input={**_MODERATED, "description": "For what it finds in questions."},
            output={**_MODERATED, "description": "For what it finds in answers."},
        ),
    ),
    "image": object_(
        "How images that are sent are read.",
        context_compression=choice(
            "Whether they are compressed in the context. Default auto.",
            *("auto", "enabled", "disabled"),
        ),
    ),
    "access_programs": object_(
        "Programs for what only some may ask.",
        cyber=choice(
            "The programme for security work. Default: what the model and the project allow.",
            *("standard", "daybreak_blue", "daybreak_red"),
        ),
    ),
}

AGENT_DIALS: Final[dict[str, Schema]] = {
    "multi_agent": object_(
        "Helpers that the agent may start.",
        ("enabled",),
        enabled=boolean("Whether it may. Default false."),
        max_concurrent_subagents={
            **number("How many helpers work at once: 1 or more. Default 6.", "integer"),
            "minimum": 1,
        },
    ),
    "compaction": {
        **object_("How the context is compacted."),
        "properties": {
            "async": boolean("Whether it happens while the agent goes on. Default false.")
        },
    },
    "experimental": object_(
        "What the platform tries out.",
        time_awareness=boolean("Whether the model is told the time now and then. Default false."),
    ),
    "session": object_(
        "What goes with each session. Recorded with the assistant, applied by whoever runs it.",
        environment=ENVIRONMENT,
        spend_limit={
            **number("The most that a session may cost, in US cents: 1 or more.", "integer"),
            "minimum": 1,
        },
        vaults={**texts("Names of `kind: Vault` that a session may use."), "uniqueItems": True},
        review=choice(
            "Whether actions are reviewed before they are taken. Default none.",
            *("none", "auto_review"),
        ),
    ),
}

_NAMED: Final = ("function", "custom", "mcp")

TOOL_CHOICE: Final[Schema] = {
    "type": ["string", "object"],
    "description": "Which tool a run must call: none, auto, required, or one tool. Default auto.",
    "if": {"type": "string"},
    "then": {"enum": ["none", "auto", "required"]},
    "else": {
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": choice(
                "The tool that must be called; `allowed_tools`: those that may be.",
                *(*_NAMED, "code_interpreter", "file_search", "image_generation", "computer_use"),
                *("shell", "apply_patch", "programmatic_tool_calling", "allowed_tools"),
            ),
            "function": object_(
                "With `type: function`: which one.",
                ("name",),
                name=text("The name of an attached function."),
            ),
            "server_label": text("With `type: mcp`: which server."),
            "name": text("With `type: custom`: which tool; with `type: mcp`: which of its tools."),
            "mode": choice("With `allowed_tools`: may, or must.", "auto", "required"),
            "tools": {
                "type": "array",
                "description": "With `allowed_tools`: those that may be called.",
                "items": object_(
                    "One tool.",
                    ("type",),
                    type=text("Its type."),
                    name=text("The name of a function or of a custom tool."),
                    server_label=text("The label of an MCP server."),
                ),
            },
        },
    },
}
