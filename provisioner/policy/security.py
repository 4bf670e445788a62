"""Defines rules about what an assistant can reach: tools, domains, servers, approval, stores."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import UNSET, FieldChange, Reason
from provisioner.model.risk import Meaning
from provisioner.policy.seen import Rule, Seen, Told, each_field
from provisioner.policy.steps import of_list, steps

TOOLS: Final = "tools"
REACHING_OUT: Final = frozenset().union(*(kind.tools_reaching_out for kind in KINDS.values()))
ANSWERED: Final = frozenset().union(*(kind.tools_answered for kind in KINDS.values()))
"""The types of tools whose calls the application answers, not the platform."""
_NETWORK: Final = ("network_policy", "environment")
_ALLOWED: Final = ("allowed_domains", "allowed_tools", "allowed_callers", "tool_names")
_BLOCKED: Final = ("blocked_domains",)
_PLACES: Final = frozenset().union(*(kind.reaching for kind in KINDS.values()))
_APPROVAL: Final = "require_approval"


def reaching_out(seen: Seen) -> Iterator[Told]:
    """Report an added tool that reaches other servers. It is reported on a new object too."""
    yield from ((path, told) for path, tool, told in added_tools(seen) if _reaches_out(tool))


def added_by_hand(seen: Seen) -> Iterator[Told]:
    """Report every tool that somebody added on the live side, whatever it can do."""
    if seen.by_hand:
        yield from ((path, told) for path, _, told in added_tools(seen))


def added(seen: Seen) -> Iterator[Told]:
    """Report a new tool of the platform on an object that existed before."""
    if seen.stays and not seen.by_hand:
        for path, tool, told in added_tools(seen):
            if not _reaches_out(tool) and type_of(tool) not in ANSWERED:
                yield path, told


def allowed(change: FieldChange) -> Iterator[str]:
    """Report a list of allowed items that grows or is removed, or blocked items that are removed."""
    keys, live, desired = of_list(change)
    if any(key in _ALLOWED for key in keys):
        # Only without its whole list is a tool no longer limited. Without one item it reaches less.
        if keys[-1] in _ALLOWED and keys == steps(change) and change.desired is UNSET:
            yield "is no longer limited to a list"
        elif new := [str(name) for name in desired if name not in live]:
            yield f"allows {', '.join(new)}"
    elif keys[-1] in _BLOCKED and (gone := [str(name) for name in live if name not in desired]):
        yield f"no longer blocks {', '.join(gone)}"


def approval(change: FieldChange) -> Iterator[str]:
    """Report that the approval of a tool's calls changes."""
    if _APPROVAL in steps(change):
        yield "the approval of its calls changes"


def places(change: FieldChange) -> Iterator[str]:
    """Report a tool that reaches another server, uses other permissions, or searches another store."""
    keys = steps(change)
    # A store that is replaced gets another id, but it is no other store.
    if change.cause is not Reason.REFERENCE and len(keys) > 1 and keys[-1] in _PLACES:
        yield "leads somewhere else"


def added_tools(seen: Seen) -> Iterator[tuple[str, Any, str]]:
    """Yield the path, the value and the description of each tool that was not there before."""
    for change in seen.fields:
        keys = steps(change)
        if keys[0] != TOOLS or len(keys) > len((TOOLS, "NAME")):
            continue
        if len(keys) > 1 and change.live is UNSET:
            yield change.path, change.desired, "a tool is added"
        elif len(keys) == 1:
            live, desired = by_name(change.live), by_name(change.desired)
            for name in sorted(desired.keys() - live.keys()):
                yield change.path, desired[name], f"the tool {name} is added"


def by_name(value: Any) -> dict[str, Any]:
    """Return tools by their names.

    `value` is a mapping of tools by name, a list of names, or one name. For anything else, the result
    is empty.
    """
    if isinstance(value, str):
        return {value: {"type": value}}
    if isinstance(value, Mapping):
        return {str(name): tool for name, tool in value.items()}
    if isinstance(value, list | tuple):
        return {name: {"type": name} for name in value if isinstance(name, str)}
    return {}


def type_of(tool: Any) -> str:
    """Return the type of a tool, '' for a value that is not a tool."""
    return str(tool.get("type", "")) if isinstance(tool, Mapping) else ""


def _reaches_out(tool: Any) -> bool:
    if type_of(tool) in REACHING_OUT:
        return True
    # A container reaches other servers if its network policy lists any.
    return isinstance(tool, Mapping) and any(
        isinstance(tool.get(key), Mapping) and tool[key].get("type") == "allowlist"
        for key in _NETWORK
    )


MEANING: Final = Meaning.SECURITY
RULES: Final[tuple[tuple[Code, Rule], ...]] = (
    (codes.UNDECLARED_TOOL, added_by_hand),
    (codes.TOOL_REACHES_OUT, reaching_out),
    (codes.TOOL_ADDED, added),
    (codes.REACH_WIDENED, each_field(allowed)),
    (codes.APPROVAL_CHANGED, each_field(approval)),
    (codes.PLACE_CHANGED, each_field(places)),
)
