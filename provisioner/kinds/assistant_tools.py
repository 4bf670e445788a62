"""The JSON Schema of an Assistant's tools. Each tool has one form, the same for all runtimes.

Alternatives are written with `if` and `then`, not with `oneOf`. So a problem is reported at the field
that is wrong, and not as "the value fits none of several forms".
"""

from typing import Any, Final

from provisioner.kinds.assistant_mcp import MCP, MCP_HINTS
from provisioner.kinds.shared import (
    CALLERS,
    CALLING,
    FUNCTION,
    TOOL_NAME,
    Schema,
    boolean,
    choice,
    number,
    object_,
    text,
    texts,
)

_NAME: Final = {**text("1 to 64 letters, digits, `_` and `-`."), "pattern": TOOL_NAME}


def _when(type: str, required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """Return the schema that holds for a tool of one type."""
    return {
        "if": {"properties": {"type": {"const": type}}, "required": ["type"]},
        "then": {
            "additionalProperties": False,
            "required": list(required),
            "properties": {
                "type": {"const": type, "description": f"This tool is `{type}`."},
                **properties,
            },
        },
    }


def _with_hints(branch: Schema, hints: dict[str, str]) -> Schema:
    return {**branch, "then": {**branch["then"], "x-hints": hints}}


_RANKING: Final[Schema] = object_(
    "How search results are ranked and cut off.",
    ("score_threshold",),
    score_threshold={
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "The lowest score a result may have: 0 to 1.",
    },
    ranker=choice(
        "Which ranker. Default auto.", "auto", "default_2024_08_21", "default-2024-11-15"
    ),
    hybrid_search=object_(
        "How much meaning and wording weigh when results of both searches are merged.",
        ("embedding_weight", "text_weight"),
        embedding_weight=number("The weight of meaning."),
        text_weight=number("The weight of wording."),
    ),
)

_FILTERS: Final[Schema] = {
    "type": "object",
    "description": (
        "Which documents are searched, by their attributes: one comparison (`{type: eq, key:"
        " audience, value: staff}`), or several under `{type: and, filters: […]}`."
    ),
    "required": ["type"],
    "additionalProperties": False,
    "properties": {
        "type": choice(
            "The comparison, or `and`, `or` for several.",
            *("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "and", "or"),
        ),
        "key": text("The attribute that is compared."),
        "value": {
            "type": ["string", "number", "boolean", "array"],
            "description": "What it is compared with; a list with `in` and `nin`.",
        },
        "filters": {
            "type": "array",
            "description": "With `and`, `or`: comparisons, or more of these.",
            "items": {"type": "object"},
        },
    },
}

_MEMORY: Final = choice("The container's memory. Default 1g.", "1g", "4g", "16g", "64g")
_NETWORK: Final = object_(
    "What the container may reach. Default: nothing.",
    ("type",),
    type=choice("Nothing, or the hosts listed.", "disabled", "allowlist"),
    allowed_domains=texts("With `type: allowlist`: the hosts it may reach."),
)

_SEARCHES: Final = (
    _when(
        "file_search",
        vector_store=text("The name of the `kind: VectorStore` to search."),
        vector_stores={
            **texts("Instead of `vector_store`: the names of several to search."),
            "minItems": 1,
            "uniqueItems": True,
        },
        max_num_results={
            "type": "integer",
            "minimum": 1,
            "maximum": 50,
            "description": "The most results of one search: 1 to 50. Default 20.",
        },
        ranking_options=_RANKING,
        filters=_FILTERS,
    ),
    _when(
        "web_search",
        allowed_domains=texts("The only domains that may be searched. Default: any."),
        context_size=choice(
            "How much of what is found the model sees. Default medium.", "low", "medium", "high"
        ),
        location=object_(
            "Roughly where the user is, for results of that place.",
            city=text("The city: `Utrecht`."),
            country=text("The country, as two letters: `NL`."),
            region=text("The region or state: `Utrecht`."),
            timezone=text("The IANA time zone: `Europe/Amsterdam`."),
        ),
        mode=choice(
            "`live` searches the web, `cached` only what was stored of it. Default live.",
            *("live", "cached", "disabled"),
        ),
    ),
)

_CODE: Final = (
    _when(
        "code_interpreter",
        files={
            **texts("Names of `kind: File` that the code can read: at most 20."),
            "maxItems": 20,
            "uniqueItems": True,
        },
        memory_limit=_MEMORY,
        network_policy=_NETWORK,
        allowed_callers=CALLERS,
    ),
    _when(
        "shell",
        environment=object_(
            "Where commands run.",
            ("type",),
            type=choice(
                "A container of the platform's, or the machine of whoever runs the assistant.",
                *("container_auto", "local"),
            ),
            memory_limit=_MEMORY,
            network_policy=_NETWORK,
        ),
        allowed_callers=CALLERS,
    ),
    _when("apply_patch", allowed_callers=CALLERS),
    _when(
        "computer_use",
        include_screenshots=boolean("Whether the tool's output shows the screen. Default false."),
    ),
)

_FUNCTIONS: Final = (
    _when(
        "function",
        ref=text("The name of a `kind: Function`."),
        strict=boolean("With `ref`: instead of what the Function says of `strict`."),
        **{
            name: {
                **field,
                "description": f"With `ref`: instead of what the Function says of `{name}`.",
            }
            for name, field in CALLING.items()
        },
        function=object_("A function defined on the spot.", ("name",), name=_NAME, **FUNCTION),
    ),
    _when(
        "custom",
        ("name",),
        name=_NAME,
        description=text("What it is for: how the model decides when to use it."),
        format=object_(
            "What the model may write to it. Default: any text.",
            ("type",),
            type=choice("Any text, or what a grammar allows.", "text", "grammar"),
            syntax=choice("With `type: grammar`: how it is written.", "lark", "regex"),
            definition=text("With `type: grammar`: the grammar."),
        ),
        **CALLING,
    ),
    _when(
        "tool_search",
        execution=choice("Who searches. Default server.", "server", "client"),
        description=text("With `execution: client`: what the model is told of the search."),
        parameters={
            "type": "object",
            "description": "With `execution: client`: the arguments, as a JSON Schema.",
        },
    ),
    _when(
        "programmatic_tool_calling",
        enabled=boolean("Whether code that the model writes may call tools. Default true."),
    ),
    _when("automations"),
)

_IMAGES: Final = _when(
    "image_generation",
    action=choice("Make or edit images. Default auto.", "generate", "edit", "auto"),
    background=choice("The background. Default auto.", "transparent", "opaque", "auto"),
    complexity=choice("How much is drawn, with `output_format: svg`.", "low", "medium", "high"),
    frame_count={**number("How many frames of an animation.", "integer"), "minimum": 1},
    frame_duration_ms={
        **number("How long a frame is shown, in milliseconds.", "integer"),
        "minimum": 1,
    },
    input_fidelity=choice("How closely an image given is kept to.", "high", "low"),
    model=text("The id of the image model."),
    moderation=choice("How strictly images are moderated. Default auto.", "auto", "low"),
    output_compression={
        **number("How much the file is compressed: 0 to 100. Default 100.", "integer"),
        "minimum": 0,
        "maximum": 100,
    },
    output_format=choice("The file's format. Default png.", "png", "webp", "jpeg", "gif", "svg"),
    partial_images={
        **number("How many unfinished images are streamed: 0 to 3. Default 0.", "integer"),
        "minimum": 0,
        "maximum": 3,
    },
    quality=choice("The quality. Default auto.", "low", "medium", "high", "xhigh", "max", "auto"),
    size=text("Width and height, such as `1024x1536`, or auto. Default auto."),
    svg=object_(
        "How vector images are made.",
        model=text("The id of the model that writes them."),
        reasoning=object_(
            "How much it thinks.",
            effort=choice(
                "The effort.", "none", "minimal", "low", "medium", "high", "xhigh", "max"
            ),
        ),
    ),
)

_ALL: Final = (
    *_SEARCHES,
    *_CODE,
    *_FUNCTIONS,
    _with_hints(_when("mcp", ("server_label",), **MCP), MCP_HINTS),
    _IMAGES,
)


def _type_of(branch: Schema) -> str:
    return str(branch["if"]["properties"]["type"]["const"])


TOOLS: Final[dict[str, dict[str, Any]]] = {
    _type_of(branch): branch["then"]["properties"] for branch in _ALL
}
"""Options of each tool by type, `type` among them."""
REACHING_OUT: Final = frozenset(
    {"web_search", "mcp", "shell", "computer_use", "programmatic_tool_calling", "automations"}
)
"""Types of tools with which a model reads or writes outside of the conversation."""
ANSWERED: Final = frozenset({"function", "custom"})
"""Types of tools whose calls the application answers."""
NAMES: Final = {"function": "name", "custom": "name", "mcp": "server_label"}
"""Types of tools that an assistant may have several of, and the option that names each of them."""


def tool_key(type: str, name: str = "") -> str:
    """Return the key of a tool in a spec's normal form, such as `file_search` or `lookup-order`.

    A function, a custom tool or an MCP server that is named like a type of tool keeps its type
    before its name: `function:web_search` is a function, `web_search` is the platform's own tool.
    """
    if type not in NAMES or not name:
        return type
    return f"{type}:{name}" if name in TOOLS else name


def tool_name(type: str, key: str) -> str:
    """Return the name by which the wire knows the tool that has this key in a spec."""
    return key.removeprefix(f"{type}:")


TOOL: Final[Schema] = {
    "type": "object",
    "description": "One tool; `type` says which.",
    "required": ["type"],
    "properties": {
        "type": {
            "enum": [*TOOLS],
            "description": "Which tool. A runtime may not have all of them.",
            "x-hints": {
                "retrieval": "It has been called `file_search` since version 2.",
                "computer": "It is called `computer_use` here, on every runtime.",
                "web_search_preview": "It is called `web_search` by now.",
            },
        }
    },
    "allOf": list(_ALL),
}
