"""The JSON Schema of those settings of an Assistant that the Assistants API did not have.

They are fields of Responses and of the Agents API, under the same names. The support table of a
runtime says which of them the runtime has.
"""

from typing import Final

from provisioner.kinds.sessions import ENVIRONMENT
from provisioner.kinds.shared import Schema, boolean, choice, number, object_, text, texts

_MODERATED: Final[Schema] = {
    "type": "object",
    "description": "The action for content that the moderation model flags.",
    "required": ["mode"],
    "additionalProperties": False,
    "properties": {
        "mode": choice(
            "`score` only reports a score; `block` blocks the content.", "score", "block"
        )
    },
}


MODEL_DIALS: Final[dict[str, Schema]] = {
    "reasoning_summary": choice(
        "The detail of the summary of the model's reasoning. Default: no summary.",
        *("auto", "concise", "detailed"),
    ),
    "reasoning_context": choice(
        "Selects the earlier reasoning that the model sees again. Default auto.",
        *("auto", "current_turn", "all_turns"),
    ),
    "reasoning_mode": text("The mode of reasoning: `standard`, or `pro` for models that have it."),
    "verbosity": choice("The length of the answer. Default medium.", "low", "medium", "high"),
    "service_tier": choice(
        "The tier in which requests are processed and priced. Default auto.",
        *("auto", "default", "flex", "scale", "priority", "fast", "ultrafast"),
    ),
    "top_logprobs": {
        **number("The number of alternatives of each token that are returned: 0 to 20.", "integer"),
        "minimum": 0,
        "maximum": 20,
    },
}
"""The schemas of the fields for reasoning, verbosity, the service tier and logprobs, by field name."""

REQUEST_DIALS: Final[dict[str, Schema]] = {
    "max_tool_calls": {
        **number("The most calls of built-in tools in one response: 1 or more.", "integer"),
        "minimum": 1,
    },
    "context_management": {
        "type": "array",
        "description": "Actions when the context becomes too long.",
        "items": object_(
            "One action.",
            ("type",),
            type=choice(
                "The action: `compaction` replaces earlier items by a short form.", "compaction"
            ),
            compact_threshold={
                **number("The number of tokens at which it begins: 1 or more.", "integer"),
                "minimum": 1,
            },
        ),
    },
    "include": {
        **texts("Values that are returned in addition to the answer."),
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
    "store": boolean("If true, the platform keeps responses for at least 30 days. Default true."),
    "prompt_cache_key": text(
        "Requests with the same key are served from the same cache where possible."
    ),
    "prompt_cache_options": object_(
        "Settings for the cache of the beginning of prompts.",
        mode=choice(
            "`implicit` lets the platform choose what it caches. Default implicit.",
            *("implicit", "explicit"),
        ),
        ttl=choice(
            "The shortest duration for which a prompt is cached. Default 30m.", "30m", "12h"
        ),
    ),
    "prompt_cache_retention": choice(
        "The longest duration for which a prompt is cached. Use `prompt_cache_options` instead.",
        *("in_memory", "24h"),
    ),
    "moderation": object_(
        "Moderation of questions and answers by a model.",
        ("model",),
        model=text("The id of the moderation model."),
        policy=object_(
            "Actions for content that the moderation model flags. Default: `score`.",
            input={**_MODERATED, "description": "The action for flagged content in questions."},
            output={**_MODERATED, "description": "The action for flagged content in answers."},
        ),
    ),
    "image": object_(
        "Settings for images in the input.",
        context_compression=choice(
            "`auto` compresses images in the context. Default auto.",
            *("auto", "enabled", "disabled"),
        ),
    ),
    "access_programs": object_(
        "The platform's access programs, which unlock restricted abilities of models.",
        cyber=choice(
            "The program for security work. Default: the access that the model and the project "
            "have.",
            *("standard", "daybreak_blue", "daybreak_red"),
        ),
    ),
}
"""The schemas of the fields for other parameters of a request of the Responses API, by field name.

The Agents API has a few of these fields too.
"""

AGENT_DIALS: Final[dict[str, Schema]] = {
    "multi_agent": object_(
        "Settings for subagents that the agent may start.",
        ("enabled",),
        enabled=boolean("If true, the agent may start subagents. Default false."),
        max_concurrent_subagents={
            **number("The most subagents that work at once: 1 or more. Default 6.", "integer"),
            "minimum": 1,
        },
    ),
    "compaction": {
        # `async` is a keyword of Python, so it cannot be an argument of `object_`.
        **object_("Settings for the compaction of the context."),
        "properties": {
            "async": boolean(
                "If true, the agent goes on while its context is compacted. Default false."
            )
        },
    },
    "experimental": object_(
        "Experimental settings of the platform.",
        time_awareness=boolean(
            "If true, the model is told the current time from time to time. Default false."
        ),
    ),
    "session": object_(
        "Settings of each session. They are recorded with the assistant, and an application applies "
        "them when it starts a session.",
        environment=ENVIRONMENT,
        spend_limit={
            **number("The highest cost of a session, in US cents: 1 or more.", "integer"),
            "minimum": 1,
        },
        vaults={
            **texts("Names of `kind: Vault` whose credentials a session may use."),
            "uniqueItems": True,
        },
        review=choice(
            "The review of actions before they are performed. Default none.",
            *("none", "auto_review"),
        ),
    ),
}
"""The schema of each field that only the Agents API has, by its name.

Each is a setting of an agent or of its sessions.
"""

_NAMED: Final = ("function", "custom", "mcp")
"""Types of tools of which `tool_choice` names one by its name."""

TOOL_CHOICE: Final[Schema] = {
    "type": ["string", "object"],
    "description": "The tool that a run must call: none, auto, required, or one tool. Default "
    "auto.",
    # By `if`, a wrong word is reported as a wrong choice, and a mapping field by field.
    "if": {"type": "string"},
    "then": {"enum": ["none", "auto", "required"]},
    "else": {
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": choice(
                "The type of tool that must be called. `allowed_tools` restricts the choice to "
                "a list.",
                *(*_NAMED, "code_interpreter", "file_search", "image_generation", "computer_use"),
                *("shell", "apply_patch", "programmatic_tool_calling", "allowed_tools"),
            ),
            "function": object_(
                "With `type: function`: the function that must be called.",
                ("name",),
                name=text("The name of an attached function."),
            ),
            "server_label": text("With `type: mcp`: the label of the server."),
            "name": text(
                "With `type: custom`: the name of the tool. With `type: mcp`: the name "
                "of one of the server's tools."
            ),
            "mode": choice(
                "With `allowed_tools`: `auto` if the model may call one of them, "
                "`required` if it must.",
                "auto",
                "required",
            ),
            "tools": {
                "type": "array",
                "description": "With `allowed_tools`: the tools that may be called.",
                "items": object_(
                    "One tool.",
                    ("type",),
                    type=text("The type of the tool."),
                    name=text("The name of a function or of a custom tool."),
                    server_label=text("The label of an MCP server."),
                ),
            },
        },
    },
}
