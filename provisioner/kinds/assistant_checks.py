"""Checks of an assistant's tools and of its `tool_choice` that no JSON Schema can express."""

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
"""The options of an MCP tool of which it must have exactly one: each says where the server is."""
_NEEDS: Final = {
    "headers": "server_url",
    "args": "command",
    "cwd": "command",
    "env_vars": "command",
}
"""For each of these options of an MCP tool, the other option that the tool must then have too."""


def tools(
    listed: Iterable[_Tool], key: Callable[[_Tool], str], function: Callable[[_Tool], _Tool]
) -> Iterator[Problem]:
    """Yield the problems of an assistant's tools.

    `key` returns the key of a tool, or '' if its name is not known. `function` returns the
    definition of a function tool.
    """
    seen: set[str] = set()
    for index, tool in enumerate(listed):
        name, path = key(tool), ("tools", index)
        # An empty name belongs to a tool that another check reports. Two of those are not equal.
        if name and name in seen:
            yield Problem(
                path,
                kind_codes.SAME_TOOL_TWICE,
                f"`{name}` is already attached. Tools must differ in type; functions, custom tools"
                " and MCP servers must differ in name.",
            )
        seen.add(name)
        if tool["type"] == "function":
            yield from _function(tool, path, function)
        if check := _CHECKS.get(tool["type"]):
            yield from check(tool, path)


def _function(tool: _Tool, path: _Path, function: Callable[[_Tool], _Tool]) -> Iterator[Problem]:
    """Yield the problems of a function tool."""
    if ("ref" in tool) == ("function" in tool):
        yield Problem(
            path,
            kind_codes.REF_OR_FUNCTION,
            "Write `ref` to name a `kind: Function`, or `function` to define one here.",
        )
    # Only with its own `strict` can a tool break a rule that its Function keeps.
    elif "ref" in tool and "strict" not in tool:
        # The kind Function checks the function that `ref` names.
        return
    else:
        yield from parameters_problems(function(tool), (*path, "function"))


def _file_search(tool: _Tool, path: _Path) -> Iterator[Problem]:
    """Yield the problems of a file search."""
    if "vector_store" in tool and "vector_stores" in tool:
        detail = "`vector_store` names one store, `vector_stores` several. Remove one of the two."
        yield Problem((*path, "vector_stores"), kind_codes.STORES_NAMED_TWICE, detail)
    yield from _filter(tool.get("filters"), (*path, "filters"))


def _filter(wanted: Any, path: _Path) -> Iterator[Problem]:
    """Yield the problems of a filter, and of the filters inside of it."""
    if not isinstance(wanted, Mapping):
        return
    if wanted.get("type") in ("and", "or"):
        expected, detail = {"type", "filters"}, "`and` and `or` need `filters`, and nothing else."
    else:
        expected, detail = {"type", "key", "value"}, "A comparison needs `key` and `value`."
    if set(wanted) != expected:
        yield Problem(path, kind_codes.FILTER_NOT_WHOLE, detail)
    for index, inner in enumerate(wanted.get("filters") or ()):
        yield from _filter(inner, (*path, "filters", index))


def _mcp(tool: _Tool, path: _Path) -> Iterator[Problem]:
    """Yield the problems of an MCP server as a tool."""
    given = [name for name in _SERVERS if name in tool]
    if len(given) != 1:
        detail = f"Write one of {_listed(_SERVERS)}."
        yield Problem(path, kind_codes.MCP_IN_ONE_PLACE, detail)
    for option, needed in _NEEDS.items():
        if option in tool and needed not in tool:
            detail = f"`{option}` needs `{needed}`, which is missing."
            yield Problem((*path, option), kind_codes.OPTION_WITHOUT_PARTNER, detail)
    if "command" in tool and "cwd" not in tool:
        detail = "The platform needs the folder in which the program runs: add `cwd`."
        yield Problem((*path, "command"), kind_codes.COMMAND_WITHOUT_FOLDER, detail)
    for header in tool.get("headers") or ():
        # Everybody who may read the live object or a plan sees its headers.
        if header.lower() in SECRET_HEADERS:
            detail = (
                f"`{header}` is a secret, and a manifest must not contain secrets. On Responses,"
                " write the name of the variable with the secret into `authorization_env`. On"
                " agents, put the secret into a vault."
            )
            yield Problem((*path, "headers", header), stack_codes.SECRET_IN_HEADERS, detail)


def _custom(tool: _Tool, path: _Path) -> Iterator[Problem]:
    """Yield a problem if the format of a custom tool is incomplete."""
    shape = tool.get("format") or {}
    grammar = shape.get("type") == "grammar"
    whole = {"syntax", "definition"} if grammar else set()
    if set(shape) - {"type"} != whole:
        detail = "`type: grammar` needs `syntax` and `definition`; `type: text` may have neither."
        yield Problem((*path, "format"), kind_codes.GRAMMAR_NOT_WHOLE, detail)


_CHECKS: Final[Mapping[str, Callable[[_Tool, _Path], Iterator[Problem]]]] = {
    "file_search": _file_search,
    "mcp": _mcp,
    "custom": _custom,
}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def tool_choice(choice: Any, attached: set[str]) -> Iterator[Problem]:
    """Yield a problem for each tool that `tool_choice` names and the assistant does not have.

    `attached` are the keys of the assistant's tools.
    """
    if not isinstance(choice, Mapping):
        return
    if choice.get("type") == "allowed_tools":
        if not ("mode" in choice and choice.get("tools")):
            detail = "Add `tools`, a list of the tools, and `mode`: `required` if one must be called, else `auto`."
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
        detail = f"Add the `{NAMES[kind]}` of the tool."
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
    """Yield a problem if the wanted tool is not attached."""
    if wanted not in attached:
        # `needs`: where `tools` has mistakes, this would only be a consequence of them.
        names = ", ".join(sorted(filter(None, attached))) or "none"
        yield Problem(
            path,
            kind_codes.CHOICE_NOT_ATTACHED,
            f"`{wanted}` is not among this assistant's tools ({names}).",
            needs="tools",
        )
