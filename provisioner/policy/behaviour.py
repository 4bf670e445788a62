"""Defines rules about how an assistant answers: model, instructions, sampling, texts of its tools."""

from collections.abc import Iterator, Mapping
from typing import Final

from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import UNSET, FieldChange, Reason
from provisioner.model.risk import Meaning
from provisioner.policy import wording
from provisioner.policy.security import ANSWERED, TOOLS, by_name
from provisioner.policy.seen import Rule, each_field
from provisioner.policy.steps import steps

_TEXTS: Final = frozenset({"instructions"})
_IN_TOOLS: Final = frozenset({"description", "server_description"})
_SAMPLING: Final = frozenset(
    (
        *("temperature", "top_p", "reasoning_effort", "reasoning", "verbosity", "seed"),
        *("truncation_strategy", "truncation", "tool_choice", "parallel_tool_calls", "filters"),
        *("ranking_options", "max_num_results", "chunking_strategy", "service_tier", "mode"),
        *("context_size", "compaction", "top_logprobs", "frequency_penalty", "presence_penalty"),
    )
)


def model(change: FieldChange) -> Iterator[str]:
    """Report that the model changes, unless the server resolved it by itself."""
    # A model inside of a tool has a longer path, and is reported with its costs.
    if steps(change) == ("model",) and change.cause is not Reason.SERVER:
        yield f"another model: {change.live} → {change.desired}"


def tools(change: FieldChange) -> Iterator[str]:
    """Report that a tool of the platform is removed."""
    keys = steps(change)
    if keys[0] != TOOLS or len(keys) > len((TOOLS, "NAME")):
        return
    if len(keys) > 1:
        kind = change.live.get("type") if isinstance(change.live, Mapping) else ""
        # The application answers such a tool, so `contract` reports its removal.
        if change.desired is UNSET and kind not in ANSWERED:
            yield "a tool is taken away"
    else:
        gone = by_name(change.live).keys() - by_name(change.desired).keys()
        yield from (f"the tool {name} is taken away" for name in sorted(gone))


def instructions(change: FieldChange) -> Iterator[str]:
    """Report changed instructions, and changed texts that tell a model when to use a tool."""
    keys = steps(change)
    if keys[0] in _TEXTS:
        yield "its instructions change"
    # A property of a schema may itself be named `description`. Then its own schema changes.
    elif keys[0] == "tools" and keys[-1] in _IN_TOOLS and keys[-2] != "properties":
        yield "another text tells a model what this is for"


def sampling(change: FieldChange) -> Iterator[str]:
    """Report that a setting of answers changes, such as the temperature."""
    keys = steps(change)
    if keys[0] in _SAMPLING or (keys[0] == TOOLS and _SAMPLING.intersection(keys[2:3])):
        yield f"{change.live} → {change.desired}" if _is_short(change) else "has another value"


def _is_short(change: FieldChange) -> bool:
    return all(isinstance(side, str | int | float) for side in (change.live, change.desired))


MEANING: Final = Meaning.BEHAVIOUR
RULES: Final[tuple[tuple[Code, Rule], ...]] = (
    (codes.MODEL_CHANGED, each_field(model)),
    (codes.TOOL_REMOVED, each_field(tools)),
    *((codes.TEXT_TURNED, each_field(rule)) for rule in wording.RULES),
    (codes.INSTRUCTIONS_CHANGED, each_field(instructions)),
    (codes.SAMPLING_CHANGED, each_field(sampling)),
)
