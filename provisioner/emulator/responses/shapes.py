"""The schemas of a response's tools and of its choice among them."""

from __future__ import annotations

from provisioner.emulator.core.shapes import (
    ANY_OBJECT,
    IDS,
    NAME_PATTERN,
    TYPE_ONLY,
    Schema,
    closed,
    integer,
    items,
    null,
    number,
    one_of,
    tagged,
    text,
    word_or,
)
from provisioner.emulator.knowledge.vector_stores import FILTER
from provisioner.emulator.responses import containers

MOST_TOOLS = 128
# What a schema refers to by name; it belongs at the root of the body's schema.
DEFINITIONS: Schema = {"filter": FILTER}

_BOOLEAN: Schema = {"type": "boolean"}
_CALLERS = null(items(one_of("direct", "programmatic")))
_NAME = text(64, shortest=1) | {"pattern": NAME_PATTERN}
_LOCATION = {
    "type": one_of("approximate"),
    "city": null(text()),
    "country": null(text()),
    "region": null(text()),
    "timezone": null(text()),
}
_CONTEXT_SIZE = one_of("low", "medium", "high")
_WEB_SEARCH = closed(
    {
        "type": {},
        "external_web_access": _BOOLEAN,
        "filters": null(closed({"allowed_domains": null(items(text()))})),
        "search_context_size": _CONTEXT_SIZE,
        "user_location": null(closed(_LOCATION)),
    }
)
_WEB_SEARCH_PREVIEW = closed(
    {
        "type": {},
        "search_content_types": items(one_of("text", "image")),
        "search_context_size": _CONTEXT_SIZE,
        "user_location": null(closed(_LOCATION, "type")),
    }
)
_FUNCTION = closed(
    {
        "type": {},
        "name": _NAME,
        "description": null(text()),
        "parameters": null(ANY_OBJECT),
        "strict": null(_BOOLEAN),
        "output_schema": null(ANY_OBJECT),
        "allowed_callers": _CALLERS,
        "defer_loading": _BOOLEAN,
        "async": _BOOLEAN,
    },
    "name",
)
_CUSTOM = closed(
    {
        "type": {},
        "name": _NAME,
        "description": text(),
        "format": tagged(
            {
                "text": TYPE_ONLY,
                "grammar": closed(
                    {"type": {}, "definition": text(), "syntax": one_of("lark", "regex")},
                    "definition",
                    "syntax",
                ),
            }
        ),
        "allowed_callers": _CALLERS,
        "defer_loading": _BOOLEAN,
        "async": _BOOLEAN,
    },
    "name",
)
_MCP_NAMES = closed({"read_only": _BOOLEAN, "tool_names": items(text())})
_MCP = closed(
    {
        "type": {},
        "server_label": text(shortest=1) | {"pattern": "^[a-zA-Z][a-zA-Z0-9_-]*$"},
        "server_url": text(shortest=1),
        "connector_id": text(shortest=1),
        "tunnel_id": text(shortest=1),
        "server_description": text(),
        "authorization": text(),
        "headers": null({"type": "object", "additionalProperties": text()}),
        "allowed_tools": {
            "type": ["array", "object", "null"],
            "if": {"type": "array"},
            "then": IDS,
            "else": {"if": {"type": "object"}, "then": _MCP_NAMES},
        },
        "require_approval": null(
            word_or(["always", "never"], closed({"always": _MCP_NAMES, "never": _MCP_NAMES}))
        ),
        "allowed_callers": _CALLERS,
        "defer_loading": _BOOLEAN,
    },
    "server_label",
)
_CONTAINER = closed(
    {
        "type": one_of("auto"),
        "file_ids": IDS,
        "memory_limit": null(containers.MEMORY),
        "network_policy": containers.NETWORK,
    },
    "type",
)
TOOL = tagged(
    {
        "function": _FUNCTION,
        "custom": _CUSTOM,
        "file_search": closed(
            {
                "type": {},
                "vector_store_ids": items(text(), least=1),
                "max_num_results": integer(1, 50),
                "filters": {"if": {"type": "null"}, "else": {"$ref": "#/$defs/filter"}},
                "ranking_options": closed(
                    {
                        "ranker": one_of("auto", "default-2024-11-15"),
                        "score_threshold": number(0, 1),
                        "hybrid_search": closed(
                            {
                                "embedding_weight": {"type": "number", "minimum": 0},
                                "text_weight": {"type": "number", "minimum": 0},
                            },
                            "embedding_weight",
                            "text_weight",
                        ),
                    }
                ),
            },
            "vector_store_ids",
        ),
        "code_interpreter": closed(
            {
                "type": {},
                "container": {
                    "type": ["string", "object"],
                    "if": {"type": "object"},
                    "then": _CONTAINER,
                },
                "allowed_callers": _CALLERS,
            },
            "container",
        ),
        "web_search": _WEB_SEARCH,
        "web_search_2025_08_26": _WEB_SEARCH,
        "web_search_preview": _WEB_SEARCH_PREVIEW,
        "web_search_preview_2025_03_11": _WEB_SEARCH_PREVIEW,
        "mcp": _MCP,
        # Not at work here: kept as they come.
        "image_generation": ANY_OBJECT,
        "computer": TYPE_ONLY,
        "computer_use_preview": ANY_OBJECT,
        "local_shell": TYPE_ONLY,
        "shell": ANY_OBJECT,
        "apply_patch": closed({"type": {}, "allowed_callers": _CALLERS}),
        "namespace": {"type": "object", "required": ["name", "description", "tools"]},
        "tool_search": closed(
            {
                "type": {},
                "description": null(text()),
                "execution": one_of("server", "client"),
                "parameters": null(ANY_OBJECT),
            }
        ),
        "programmatic_tool_calling": TYPE_ONLY,
    }
)

_HOSTED = (
    "file_search",
    "code_interpreter",
    "web_search",
    "web_search_preview",
    "web_search_preview_2025_03_11",
    "computer",
    "computer_use",
    "computer_use_preview",
    "image_generation",
    "programmatic_tool_calling",
    "apply_patch",
    "shell",
)
CHOICE = null(
    word_or(
        ["none", "auto", "required"],
        tagged(
            {
                "function": closed({"type": {}, "name": text()}, "name"),
                "custom": closed({"type": {}, "name": text()}, "name"),
                "mcp": closed(
                    {"type": {}, "server_label": text(), "name": null(text())}, "server_label"
                ),
                "allowed_tools": closed(
                    {
                        "type": {},
                        "mode": one_of("auto", "required"),
                        "tools": items({"type": "object", "required": ["type"]}, least=1),
                    },
                    "mode",
                    "tools",
                ),
                **dict.fromkeys(_HOSTED, TYPE_ONLY),
            }
        ),
    )
)
