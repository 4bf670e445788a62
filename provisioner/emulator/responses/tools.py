"""The tools of a response: their values in the answer, and the choice among them.

The stand-in model uses functions, custom tools, file search, the code interpreter, web search and
MCP. Every other tool of the platform is accepted and stored, and the answer says that it was not
used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provisioner.emulator.core.errors import ApiError, invalid_value, missing
from provisioner.emulator.core.strict import check_schema, check_strict, normalised
from provisioner.emulator.core.tools import check_file
from provisioner.emulator.responses import containers

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

USED = ("function", "custom", "file_search", "code_interpreter", "web_search", "mcp")
"""The families of tools that the stand-in model uses."""


def family(kind: str) -> str:
    """Return the type of a tool without a date or `preview` at its end."""
    for name in ("web_search", "computer"):
        if kind.startswith(name):
            return name
    return kind


def read_back(db: Session, tools: list[Json]) -> list[Json]:
    """Return tools with the platform's defaults filled in. Raises ApiError for a wrong tool.

    A tool is wrong if another one has its name, if its schema is invalid, or if the store, file or
    container that it refers to does not exist.
    """
    names: set[str] = set()
    made = []
    for index, tool in enumerate(tools):
        path = f"tools[{index}]"
        name = tool.get("name") or tool.get("server_label")
        if name is not None and name in names:
            raise invalid_value(f"Invalid '{path}': '{name}' is given twice.", path)
        names |= {name} if name else set()
        fill = _FILLED.get(family(tool["type"]))
        made.append(dict(tool) if fill is None else fill(db, tool, path))
    return made


def _function(_db: Session, tool: Json, path: str) -> Json:
    schema, strict = tool.get("parameters"), tool.get("strict")
    owner = f"function '{tool['name']}'"
    if schema is not None:
        check_schema(schema, owner, f"{path}.parameters")
    if strict is None:
        # If the request leaves out `strict`, the platform makes the schema strict if that is possible.
        closed_schema = normalised(schema or {"type": "object", "properties": {}})
        strict, schema = closed_schema is not None, closed_schema or schema
    elif strict and schema is not None:
        check_strict(schema, owner, f"{path}.parameters")
    return {"description": None, **tool, "parameters": schema, "strict": strict}


def _custom(_db: Session, tool: Json, _path: str) -> Json:
    return {**tool, "format": tool.get("format", {"type": "text"})}


def is_grammatical(tool: Json) -> bool:
    """Return true if the input of a tool must follow a grammar, which the stand-in model cannot do."""
    return bool((tool.get("format") or {}).get("type") == "grammar")


def _file_search(db: Session, tool: Json, path: str) -> Json:
    for store_id in tool["vector_store_ids"]:
        store = db.find("vector_store", store_id)
        if store is None:
            raise ApiError(
                f"Vector store with id ['{store_id}'] not found.",
                status=404,
                param=f"{path}.vector_store_ids",
            )
        if store.body["status"] == "expired":
            raise ApiError(f"Vector store {store_id} is expired.", param=f"{path}.vector_store_ids")
    ranking = {"ranker": "auto", "score_threshold": 0.0} | tool.get("ranking_options", {})
    defaults = {"filters": None, "max_num_results": 20}
    return defaults | tool | {"ranking_options": ranking}


def _code_interpreter(db: Session, tool: Json, path: str) -> Json:
    container = tool["container"]
    if isinstance(container, str):
        containers.find_running(db, container)
        return tool
    for file_id in container.get("file_ids", []):
        check_file(db, file_id, f"{path}.container.file_ids")
    return tool


def _web_search(_db: Session, tool: Json, _path: str) -> Json:
    # The platform assumes the United States if a request names no place.
    anywhere = {"type": "approximate", "city": None, "country": "US", "region": None}
    location = anywhere | {"timezone": None} | (tool.get("user_location") or {})
    defaults: Json = {"search_context_size": "medium"}
    if not tool["type"].startswith("web_search_preview"):
        defaults["filters"] = None
    return defaults | tool | {"user_location": location}


def _mcp(_db: Session, tool: Json, path: str) -> Json:
    places = [key for key in ("server_url", "connector_id", "tunnel_id") if key in tool]
    if not places:
        raise missing(f"{path}.server_url")
    if len(places) > 1:
        raise ApiError(
            f"Mutually exclusive parameters: '{places[0]}' and '{places[1]}'.",
            param=f"{path}.{places[0]}",
            code="mutually_exclusive_parameters",
        )
    kept = {key: value for key, value in tool.items() if key != "authorization"}
    defaults = {"allowed_tools": None, "server_description": None}
    # The platform treats the path of a server's URL as a secret, and shows neither it nor headers.
    kept |= {"headers": None, "require_approval": tool.get("require_approval") or "always"}
    if "server_url" in tool:
        url = urlsplit(tool["server_url"])
        kept["server_url"] = f"{url.scheme}://{url.hostname}/<redacted>"
    return defaults | kept


_FILLED = {
    "function": _function,
    "custom": _custom,
    "file_search": _file_search,
    "code_interpreter": _code_interpreter,
    "web_search": _web_search,
    "mcp": _mcp,
}
"""The function that fills in the defaults, by family of tools."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The tools that the model may use.

    `told` is the `tool_choice` that names one tool, or None. If `required` is true, the model must
    use some tool.
    """

    tools: list[Json]
    told: Json | None
    required: bool

    def of(self, *kinds: str) -> list[Json]:
        """Return the tools of these families."""
        return [tool for tool in self.tools if family(tool["type"]) in kinds]

    def tells(self, tool: Json) -> bool:
        """Return true if this tool must be used.

        That is the tool that `tool_choice` names. If `tool_choice` requires some tool and names
        none, it is the first tool, or none of them if one is a function or custom tool.
        """
        if self.told is not None:
            return _meant(self.told, tool)
        return self.required and not self.of("function", "custom") and tool is self.tools[0]


def choice_of(choice: Any, tools: list[Json]) -> Choice:
    """Return the choice that `tool_choice` makes among the tools of a response."""
    if choice == "none":
        return Choice([], None, required=False)
    if not isinstance(choice, dict):
        return Choice(tools, None, required=choice == "required")
    if choice["type"] == "allowed_tools":
        open_ = [tool for tool in tools if any(_meant(one, tool) for one in choice["tools"])]
        return Choice(open_, None, required=choice["mode"] == "required")
    return Choice(tools, choice, required=False)


def check_choice(choice: Any, tools: list[Json]) -> None:
    """Raise ApiError if `tool_choice` requires a tool that a response cannot use.

    The tool is not in `tools`, or the embedded server has no such tool.
    """
    if choice == "required" and not tools:
        raise invalid_value("'tool_choice' is 'required', but there are no tools.", "tool_choice")
    if not isinstance(choice, dict):
        return
    for one in choice["tools"] if choice["type"] == "allowed_tools" else [choice]:
        if not any(_meant(one, tool) for tool in tools):
            name = one.get("name") or one.get("server_label") or one["type"]
            raise invalid_value(
                f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice"
            )
        if any(_meant(one, tool) and is_grammatical(tool) for tool in tools) and one is choice:
            raise invalid_value(
                f"The embedded server knows no grammars and cannot be told to use '{one['name']}'.",
                "tool_choice",
            )
    kind = family(choice["type"])
    if kind not in {*USED, "allowed_tools"}:
        raise invalid_value(
            f"The embedded server has no '{kind}' and cannot be told to use it.", "tool_choice"
        )


def _meant(choice: Json, tool: Json) -> bool:
    """Return true if an entry of `tool_choice` names this tool."""
    if family(choice["type"]) != family(tool["type"]):
        return False
    if tool["type"] == "mcp":
        return bool(choice.get("server_label") == tool["server_label"])
    return tool["type"] not in {"function", "custom"} or choice.get("name") == tool["name"]
