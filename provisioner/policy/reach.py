"""Rules about what an assistant can reach: tools, domains, servers, approval, knowledge, protection."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model.plan import UNSET, FieldChange, Reason
from provisioner.policy.steps import of_list, steps

_TOOLS: Final = "tools"
_ALLOWED: Final = ("allowed_domains", "allowed_tools", "allowed_callers", "tool_names")
_BLOCKED: Final = ("blocked_domains",)
_PLACES: Final = frozenset().union(*(kind.reaching for kind in KINDS.values()))
_APPROVAL: Final = "require_approval"
_PROTECTION: Final = "lifecycle.prevent_destroy"


def tools(change: FieldChange) -> Iterator[str]:
    """Tell of a tool that is added or taken away."""
    keys = steps(change)
    if keys[0] != _TOOLS or len(keys) > len((_TOOLS, "NAME")):
        return
    if len(keys) > 1 and change.live is UNSET:
        yield "a tool is added"
    elif len(keys) > 1 and change.desired is UNSET:
        yield "a tool is taken away"
    elif len(keys) == 1:
        live, desired = _names(change.live), _names(change.desired)
        yield from (f"the tool {name} is added" for name in sorted(desired - live))
        yield from (f"the tool {name} is taken away" for name in sorted(live - desired))


def allowed(change: FieldChange) -> Iterator[str]:
    """Tell of a list of allowed items that grows or is removed, or of blocked items that are removed."""
    keys, live, desired = of_list(change)
    if any(key in _ALLOWED for key in keys):
        if keys[-1] in _ALLOWED and keys == steps(change) and change.desired is UNSET:
            yield "is no longer limited to a list"
        elif new := [str(name) for name in desired if name not in live]:
            yield f"allows {', '.join(new)}"
    elif keys[-1] in _BLOCKED and (gone := [str(name) for name in live if name not in desired]):
        yield f"no longer blocks {', '.join(gone)}"


def approval(change: FieldChange) -> Iterator[str]:
    """Tell of a change of who approves the calls of a tool."""
    keys = steps(change)
    if _APPROVAL in keys:
        yield "who approves its calls is changed"


def places(change: FieldChange) -> Iterator[str]:
    """Tell of a tool that reaches another server, uses other rights, or searches another store."""
    keys = steps(change)
    if change.cause is not Reason.REFERENCE and len(keys) > 1 and keys[-1] in _PLACES:
        yield "leads somewhere else"


def protection(change: FieldChange) -> Iterator[str]:
    """Tell of an object that loses its protection."""
    keys = steps(change)
    if ".".join(keys) == _PROTECTION and change.desired is not True:
        yield "is not protected any more"


def model(change: FieldChange) -> Iterator[str]:
    """Tell of another model, unless the server resolved it by itself."""
    keys = steps(change)
    if tuple(keys) == ("model",) and change.cause is not Reason.SERVER:
        yield f"another model: {change.live} → {change.desired}"


def _names(value: Any) -> set[str]:
    """Return the names in a list, in a mapping by name, or in a text."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping | list | tuple):
        return {item for item in value if isinstance(item, str)}
    return set()


RULES: Final[tuple[Callable[[FieldChange], Iterable[str]], ...]] = (
    *(tools, allowed, approval),
    *(places, protection, model),
)
