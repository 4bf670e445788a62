"""The JSON Schema of an Assistant's tools. Each tool has one form, the same for all runtimes.

Alternatives are written with `if` and `then`, and not with `oneOf`. So a problem is reported at the
field that is wrong, and not as "the value fits none of several forms".
"""

from typing import Any, Final

from provisioner.kinds.assistant_images import IMAGES
from provisioner.kinds.assistant_mcp import MCP, MCP_HINTS
from provisioner.kinds.assistant_search import FILTERS, RANKING
from provisioner.kinds.shared import (
    CALLERS,
    CALLING,
    FUNCTION,
    TOOL_NAME,
    Schema,
    boolean,
    choice,
    object_,
    text,
    texts,
)

_NAME: Final = {**text("1 to 64 letters, digits, `_` and `-`."), "pattern": TOOL_NAME}


def _when(type: str, required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """Return the schema that applies to a tool of one type."""
    return {
        "if": {"properties": {"type": {"const": type}}, "required": ["type"]},
        "then": {
            # Closed in each branch, so that an option of another tool is an error.
            "additionalProperties": False,
            "required": list(required),
            "properties": {
                "type": {"const": type, "description": f"This tool is `{type}`."},
                **properties,
            },
        },
    }


def _with_hints(branch: Schema, hints: dict[str, str]) -> Schema:
    """Return the schema of one tool with messages for wrong fields that users often write.

    `branch` is a result of `_when`. `hints` maps a wrong field to its message.
    """
    return {**branch, "then": {**branch["then"], "x-hints": hints}}


_MEMORY: Final = choice("The container's memory. Default 1g.", "1g", "4g", "16g", "64g")
_NETWORK: Final = object_(
    "The hosts that the container may reach. Default: none.",
    ("type",),
    type=choice(
        "`disabled` allows no host, `allowlist` only the listed ones.", "disabled", "allowlist"
    ),
    allowed_domains=texts("With `type: allowlist`: the hosts that may be reached."),
)

_SEARCHES: Final = (
    _when(
        "file_search",
        vector_store=text("The name of the `kind: VectorStore` to search."),
        vector_stores={
            **texts(
                "The names of several `kind: VectorStore` to search, instead of `vector_store`."
            ),
            "minItems": 1,
            "uniqueItems": True,
        },
        max_num_results={
            "type": "integer",
            "minimum": 1,
            "maximum": 50,
            "description": "The most results of one search: 1 to 50. Default 20.",
        },
        ranking_options=RANKING,
        filters=FILTERS,
    ),
    _when(
        "web_search",
        allowed_domains=texts("The only domains that may be searched. Default: any."),
        context_size=choice(
            "The amount of search results that the model sees. Default medium.",
            "low",
            "medium",
            "high",
        ),
        location=object_(
            "The approximate location of the user, for results from that place.",
            city=text("The city: `Utrecht`."),
            country=text("The country as two letters: `NL`."),
            region=text("The region or state: `Utrecht`."),
            timezone=text("The IANA time zone: `Europe/Amsterdam`."),
        ),
        mode=choice(
            "`live` searches the web; `cached` searches only stored pages. Default live.",
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
            "The environment in which commands run.",
            ("type",),
            type=choice(
                "The place where the shell runs: a container of the platform, or a machine of "
                "the application.",
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
        include_screenshots=boolean(
            "If true, the tool's output contains a screenshot. Default false."
        ),
    ),
)

_FUNCTIONS: Final = (
    _when(
        "function",
        ref=text("The name of a `kind: Function`."),
        strict=boolean("With `ref`: replaces the Function's `strict`."),
        **{
            name: {
                **field,
                "description": f"With `ref`: replaces the Function's `{name}`.",
            }
            for name, field in CALLING.items()
        },
        function=object_(
            "The definition of a function that no other assistant shares.",
            ("name",),
            name=_NAME,
            **FUNCTION,
        ),
    ),
    _when(
        "custom",
        ("name",),
        name=_NAME,
        description=text("A description of the tool, by which the model decides when to use it."),
        format=object_(
            "The input that the model may write to the tool. Default: any text.",
            ("type",),
            type=choice(
                "`text` allows any text, `grammar` only texts of a grammar.", "text", "grammar"
            ),
            syntax=choice(
                "With `type: grammar`: the syntax in which the grammar is written.", "lark", "regex"
            ),
            definition=text("With `type: grammar`: the grammar."),
        ),
        **CALLING,
    ),
    _when(
        "tool_search",
        execution=choice(
            "The place of the search: platform or application. Default server.", "server", "client"
        ),
        description=text("With `execution: client`: a description of the search for the model."),
        parameters={
            "type": "object",
            "description": "With `execution: client`: the JSON Schema of the arguments.",
        },
    ),
    _when(
        "programmatic_tool_calling",
        enabled=boolean("If true, code that the model writes may call tools. Default true."),
    ),
    _when("automations"),
)

_ALL: Final = (
    *_SEARCHES,
    *_CODE,
    *_FUNCTIONS,
    _with_hints(_when("mcp", ("server_label",), **MCP), MCP_HINTS),
    _when("image_generation", **IMAGES),
)


def _type_of(branch: Schema) -> str:
    return str(branch["if"]["properties"]["type"]["const"])


TOOLS: Final[dict[str, dict[str, Any]]] = {
    _type_of(branch): branch["then"]["properties"] for branch in _ALL
}
"""The options of each tool, by its type. `type` itself is one of the options."""
REACHING_OUT: Final = frozenset(
    {"web_search", "mcp", "shell", "computer_use", "programmatic_tool_calling", "automations"}
)
"""Types of tools with which a model reads or writes outside of the conversation."""
ANSWERED: Final = frozenset({"function", "custom"})
"""Types of tools whose calls the application answers."""
NAMES: Final = {"function": "name", "custom": "name", "mcp": "server_label"}
"""Types of tools of which an assistant may have several, with the option that names each tool."""


def tool_key(type: str, name: str = "") -> str:
    """Return the key of a tool in a spec's normal form, such as `file_search` or `lookup-order`.

    If a function, a custom tool or an MCP server is named like a type of tool, its key begins with
    its own type: `function:web_search` is a function, and `web_search` is the platform's own tool.
    """
    if type not in NAMES or not name:
        return type
    # Plans print the key: the prefix stands only where the name alone would be ambiguous.
    return f"{type}:{name}" if name in TOOLS else name


def tool_name(type: str, key: str) -> str:
    """Return the name that the API uses for the tool with this key."""
    return key.removeprefix(f"{type}:")


TOOL: Final[Schema] = {
    "type": "object",
    "description": "One tool, of the type that `type` names.",
    "required": ["type"],
    "properties": {
        "type": {
            "enum": [*TOOLS],
            "description": "The type of the tool. Not every runtime has every type.",
            "x-hints": {
                "retrieval": "Write `file_search`, its name since version 2 of the Assistants API.",
                "computer": "Write `computer_use`, its name here on every runtime.",
                "web_search_preview": "Write `web_search`, its present name.",
            },
        }
    },
    # The reference and `explain` also read the options of each type from these branches.
    "allOf": list(_ALL),
}
