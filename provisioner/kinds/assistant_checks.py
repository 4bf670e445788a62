"""Checks of an assistant's tools and of its `tool_choice` that no schema can express."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.kinds.assistant_tools import NAMES, tool_key
from provisioner.kinds.shared import SECRET_HEADERS, parameters_problems
from provisioner.model.codes import kinds as kind_codes
from provisioner.model.codes import stacks as stack_codes
from provisioner.model.kind import Problem

_Tool = Mapping[str, Any]
_Path = tuple[str | int, ...]

_SERVERS: Final = ("server_url", "command", "tunnel_id", "connector_id")
_NEEDS: Final = {
    "headers": "server_url",
    "args": "command",
    "cwd": "command",
    "env_vars": "command",
}


def tools(
    listed: Iterable[_Tool], key: Callable[[_Tool], str], function: Callable[[_Tool], _Tool]
) -> Iterator[Problem]:
    """Yield the problems of an assistant's tools.

    `key` returns the key of a tool, and `function` returns the definition of a function tool.
    """
    seen: set[str] = set()
    for index, tool in enumerate(listed):
        name, path = key(tool), ("tools", index)
        if name and name in seen:
            yield Problem(
                path,
                kind_codes.SAME_TOOL_TWICE,
                f"`{name}` is already attached: a tool is told apart by its type; a function, a"
                " custom tool and an MCP server by its name.",
            )
        seen.add(name)
        if tool["type"] == "function":
            yield from _function(tool, path, function)
        if check := _CHECKS.get(tool["type"]):
            yield from check(tool, path)


def _function(tool: _Tool, path: _Path, function: Callable[[_Tool], _Tool]) -> Iterator[Problem]:
    if ("ref" in tool) == ("function" in tool):
        yield Problem(
            path,
            kind_codes.REF_OR_FUNCTION,
            "`ref` names a `kind: Function`; `function` defines one on the spot.",
        )
    elif "ref" in tool and "strict" not in tool:
        # The Function that `ref` names is checked by its own kind.
        return
    else:
        yield from parameters_problems(function(tool), (*path, "function"))


def _file_search(tool: _Tool, path: _Path) -> Iterator[Problem]:
    if "vector_store" in tool and "vector_stores" in tool:
        detail = "`vector_store` names one, `vector_stores` several: write one of the two."
        yield Problem((*path, "vector_stores"), kind_codes.STORES_NAMED_TWICE, detail)
    yield from _filter(tool.get("filters"), (*path, "filters"))


def _filter(wanted: Any, path: _Path) -> Iterator[Problem]:
    if not isinstance(wanted, Mapping):
        return
    if wanted.get("type") in ("and", "or"):
        expected, detail = {"type", "filters"}, "`and` and `or` take `filters`: what they join."
    else:
        expected, detail = {"type", "key", "value"}, "A comparison takes `key` and `value`."
    if set(wanted) != expected:
        yield Problem(path, kind_codes.FILTER_NOT_WHOLE, detail)
    for index, inner in enumerate(wanted.get("filters") or ()):
        yield from _filter(inner, (*path, "filters", index))


def _mcp(tool: _Tool, path: _Path) -> Iterator[Problem]:
    given = [name for name in _SERVERS if name in tool]
    if len(given) != 1:
        detail = f"Write one of {_listed(_SERVERS)}."
        yield Problem(path, kind_codes.MCP_IN_ONE_PLACE, detail)
    for option, needed in _NEEDS.items():
        if option in tool and needed not in tool:
            detail = f"It goes with `{needed}`, which is not there."
            yield Problem((*path, option), kind_codes.OPTION_WITHOUT_PARTNER, detail)
    if "command" in tool and "cwd" not in tool:
        detail = "The platform asks for the folder that the program runs in: add `cwd`."
        yield Problem((*path, "command"), kind_codes.COMMAND_WITHOUT_FOLDER, detail)
    for header in tool.get("headers") or ():
        if header.lower() in SECRET_HEADERS:
            detail = (
                f"`{header}` holds a secret, and a secret never stands in a manifest. On Responses"
                " name the variable that holds it with `authorization_env`; on agents put it into"
                " a vault."
            )
            yield Problem((*path, "headers", header), stack_codes.SECRET_IN_HEADERS, detail)


def _custom(tool: _Tool, path: _Path) -> Iterator[Problem]:
    shape = tool.get("format") or {}
    grammar = shape.get("type") == "grammar"
    whole = {"syntax", "definition"} if grammar else set()
    if set(shape) - {"type"} != whole:
        detail = "`type: grammar` needs `syntax` and `definition`, and `text` takes neither."
        yield Problem((*path, "format"), kind_codes.GRAMMAR_NOT_WHOLE, detail)


_CHECKS: Final[Mapping[str, Callable[[_Tool, _Path], Iterator[Problem]]]] = {
    "file_search": _file_search,
    "mcp": _mcp,
    "custom": _custom,
}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def tool_choice(choice: Any, attached: set[str]) -> Iterator[Problem]:
    """Yield a problem for each tool that the choice names and that the assistant does not have."""
    if not isinstance(choice, Mapping):
        return
    if choice.get("type") == "allowed_tools":
        if not ("mode" in choice and choice.get("tools")):
            detail = "Say which (`tools`), and whether one has to be called (`mode`)."
            yield Problem(("tool_choice",), kind_codes.ALLOWED_TOOLS_NOT_WHOLE, detail)
        for index, tool in enumerate(choice.get("tools") or ()):
            wanted = _key(tool)
            yield from _attached(wanted, attached, ("tool_choice", "tools", index))
        return
    kind = str(choice.get("type"))
    function = choice.get("function")
    if kind == "function" and not isinstance(function, Mapping):
        yield Problem(
            ("tool_choice",),
            kind_codes.CHOICE_WITHOUT_FUNCTION,
            "Add `function: {name: …}`, or write `tool_choice: required` for any tool.",
        )
    elif kind in ("mcp", "custom") and NAMES[kind] not in choice:
        detail = f"Add `{NAMES[kind]}`, as the tool has it."
        yield Problem(("tool_choice",), kind_codes.CHOICE_WITHOUT_TOOL, detail)
    elif isinstance(function, Mapping) and kind == "function":
        wanted = tool_key(kind, str(function.get("name")))
        yield from _attached(wanted, attached, ("tool_choice", "function"))
    else:
        yield from _attached(_key(choice), attached, ("tool_choice", "type"))


def _key(choice: _Tool) -> str:
    """Return the key of the tool that a choice, or one of its alternatives, names."""
    kind = str(choice.get("type"))
    return tool_key(kind, str(choice.get(NAMES.get(kind, ""), "")))


def _attached(wanted: str, attached: set[str], path: _Path) -> Iterator[Problem]:
    if wanted not in attached:
        names = ", ".join(sorted(filter(None, attached))) or "none"
        yield Problem(
            path,
            kind_codes.CHOICE_NOT_ATTACHED,
            f"`{wanted}` is not among this assistant's tools ({names}).",
            needs="tools",
        )
