"""Defines rules about the contract with applications: functions, their arguments, forms of answers, ids.

A model calls a function and an application answers the call; an application reads the form of an
answer. The arguments of a function are an input: they are compatible if every call that was valid
still is. The form of an answer is an output: it is compatible if every answer that is possible now
was possible before, apart from added properties. The application fills in the output schema of a
function, so it is judged like an input. See decision 0057.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model import paths
from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import UNSET, Action, FieldChange
from provisioner.model.risk import Meaning
from provisioner.model.schemas import ANY
from provisioner.model.value import Placeholder
from provisioner.policy.compatible import Shift, Step, compared
from provisioner.policy.security import ANSWERED, TOOLS
from provisioner.policy.seen import Rule, Seen, Told, each_field
from provisioner.policy.steps import steps


class Role(Enum):
    """The uses of a schema. The value is the last key that leads to it."""

    INPUT = "parameters"
    RETURNED = "output_schema"
    OUTPUT = "schema"


_BROKEN, _WIDENED, _FITS, _UNCLEAR = (
    codes.CONTRACT_BROKEN,
    codes.CONTRACT_WIDENED,
    codes.CONTRACT_EXTENDED,
    codes.CONTRACT_UNCLEAR,
)
# An added property breaks nothing by itself, not even in a closed object: the strict mode of the
# API demands closed objects everywhere.
VERDICTS: Final[Mapping[Role, Mapping[Shift, Code]]] = {
    Role.INPUT: {
        Shift.ADDED: _FITS,
        Shift.DEMANDED: _BROKEN,
        Shift.REMOVED: _BROKEN,
        Shift.REQUIRED: _BROKEN,
        Shift.OPTIONAL: _WIDENED,
        Shift.NARROWER: _BROKEN,
        Shift.WIDER: _WIDENED,
        Shift.UNCLEAR: _UNCLEAR,
    },
    Role.OUTPUT: {
        Shift.ADDED: _FITS,
        Shift.DEMANDED: _FITS,
        Shift.REMOVED: _BROKEN,
        Shift.REQUIRED: _FITS,
        Shift.OPTIONAL: _BROKEN,
        Shift.NARROWER: _FITS,
        Shift.WIDER: _BROKEN,
        Shift.UNCLEAR: _UNCLEAR,
    },
    Role.RETURNED: {
        Shift.ADDED: _FITS,
        Shift.DEMANDED: _BROKEN,
        Shift.REMOVED: _BROKEN,
        Shift.REQUIRED: _BROKEN,
        Shift.OPTIONAL: _FITS,
        Shift.NARROWER: _BROKEN,
        Shift.WIDER: _FITS,
        Shift.UNCLEAR: _UNCLEAR,
    },
}
"""The code for each shift of a schema, by the use of the schema."""
_NO_ARGUMENTS: Final = {"type": "object", "properties": {}}
"""The arguments of a function whose manifest has no `parameters`."""
_FORMAT: Final = "response_format"
_STRICT: Final = "strict"


def _schemas(code: Code) -> Rule:
    """Return the rule that reports the shifts of schemas that have this code."""

    def rule(seen: Seen) -> Iterator[Told]:
        for keys, step in _steps(seen):
            if VERDICTS[Role(keys[-1])][step.shift] is code:
                path = paths.render((*keys, *step.keys), KINDS[seen.address.kind].keyed)
                yield path, step.told

    return rule


def _steps(seen: Seen) -> Iterator[tuple[tuple[str, ...], Step]]:
    """Yield each shift of each JSON Schema that a changed field concerns.

    The first value of each pair has the keys that lead to the schema in the spec of the object.
    """
    if not seen.stays or not seen.schemas.patterns:
        return
    touched = [(steps(one), one) for one in seen.fields]
    for pattern in seen.schemas.patterns:
        for keys in _places(pattern, seen.before, seen.after):
            # A changed field may be the schema, a part of it, or an object that contains it.
            fields = [one for path, one in touched if _overlap(path, keys)]
            if not fields:
                continue
            if any(_is_hidden(one) for one in fields):
                yield keys, Step(Shift.UNCLEAR, (), "what was last applied is not known")
                continue
            before, after = (_schema(side, keys) for side in (seen.before, seen.after))
            if before is not None and after is not None:
                noun = "an argument" if keys[-1] == Role.INPUT.value else "a property"
                yield from ((keys, step) for step in compared(before, after, noun=noun))


def _places(pattern: Sequence[str], *specs: Any) -> list[tuple[str, ...]]:
    """Return the keys of each place that matches a pattern in at least one of the specs."""
    found: dict[tuple[str, ...], list[Any]] = {(): list(specs)}
    for step in pattern:
        below: dict[tuple[str, ...], list[Any]] = {}
        for keys, values in found.items():
            for value in (v for v in values if isinstance(v, Mapping)):
                for name in value if step == ANY else (step,):
                    below.setdefault((*keys, name), []).append(value.get(name))
        found = below
    return list(found)


def _schema(spec: Any, keys: Sequence[str]) -> Any:
    """Return the schema to which the keys lead in a spec.

    None if the spec has no such schema, or not the object that should contain it. A function without
    `parameters` has the schema of a function without arguments.
    """
    value = spec
    for key in keys[:-1]:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping):
        return None
    found = value.get(keys[-1])
    # The API takes a function without `parameters` for one that has no arguments.
    if found is None and keys[-1] == Role.INPUT.value and value.get("type") in ANSWERED:
        return _NO_ARGUMENTS
    return found


def _overlap(path: Sequence[str], keys: Sequence[str]) -> bool:
    length = min(len(path), len(keys))
    return tuple(path[:length]) == tuple(keys[:length])


def _is_hidden(change: FieldChange) -> bool:
    # The placeholder for another order of properties hides no value: see `engine.compare`.
    return isinstance(change.live, Placeholder) and not change.live.startswith("(in the order")


def removed(change: FieldChange) -> Iterator[str]:
    """Report that a function is removed, or becomes a tool of another type."""
    keys = steps(change)
    if keys[0] == TOOLS and len(keys) == len((TOOLS, "NAME")):
        if change.desired is UNSET and _type(change.live) in ANSWERED:
            yield "a tool is taken away"
    elif keys[0] == TOOLS and keys[2:] == ("type",):
        yield f"is no {change.live} any more, but {change.desired}"


def added(seen: Seen) -> Iterator[Told]:
    """Report a new function that the application must answer, unless somebody added it by hand."""
    for change in seen.fields if seen.stays and not seen.by_hand else ():
        keys = steps(change)
        is_tool = keys[0] == TOOLS and len(keys) == len((TOOLS, "NAME"))
        if is_tool and change.live is UNSET and _type(change.desired) in ANSWERED:
            yield change.path, "a function is added that the application has to answer"


def _type(tool: Any) -> str:
    return str(tool.get("type", "")) if isinstance(tool, Mapping) else ""


_FORMS: Final = ("text", "json_object", "json_schema")
"""The forms of an answer. Each guarantees more than the one before."""


def _form(side: Any) -> str:
    named = side.get("type") if isinstance(side, Mapping) else side
    return named if named in _FORMS else _FORMS[0]


def _forms(seen: Seen) -> Iterator[tuple[str, str]]:
    """Yield the earlier and the later form of an answer, if they differ."""
    is_changed = any(steps(one)[0] == _FORMAT for one in seen.fields)
    sides = tuple(_form(side.get(_FORMAT)) for side in (seen.before, seen.after))
    if seen.stays and is_changed and sides[0] != sides[1]:
        yield sides[0], sides[1]


def other_form(seen: Seen) -> Iterator[Told]:
    """Report that the form of answers changes, except from any JSON object to a schema."""
    for before, after in _forms(seen):
        if (before, after) != ("json_object", "json_schema"):
            yield _FORMAT, f"an answer is {after}, and was {before}"


def stricter_form(seen: Seen) -> Iterator[Told]:
    """Report that answers which could be any JSON object must now match a schema."""
    for before, after in _forms(seen):
        if (before, after) == ("json_object", "json_schema"):
            yield _FORMAT, "an answer matches a schema, and could be any JSON object before"


def _loosened(*, output: bool) -> Rule:
    """Return the rule that reports that a model need no longer match a schema exactly.

    With `output`, the rule is about the schema of answers, else about the schemas of functions.
    """

    def rule(change: FieldChange) -> Iterator[str]:
        keys = steps(change)
        # Before, `strict` was a guarantee only if it was true.
        if keys[-1] == _STRICT and (keys[0] == _FORMAT) is output and change.live is True:
            yield "more is possible than before: the model need not match the schema exactly"

    return each_field(rule)


def stricter(change: FieldChange) -> Iterator[str]:
    """Report that a model must now match a schema exactly."""
    if steps(change)[-1] == _STRICT and change.desired is True:
        yield "the model must match the schema exactly"


def grammar(change: FieldChange) -> Iterator[str]:
    """Report that the grammar for the input of a custom tool changes."""
    keys = steps(change)
    if keys[0] == TOOLS and keys[2:3] == ("format",):
        yield "the grammar of its input changes"


def made_anew(seen: Seen) -> Iterator[Told]:
    """Report that an assistant gets another id."""
    if seen.action is Action.REPLACE and KINDS[seen.address.kind].is_conversational:
        yield "", "it is created anew, and its id changes"


def gone(seen: Seen) -> Iterator[Told]:
    """Report that an object is deleted."""
    # gc also deletes objects of collections that have no kind, such as containers.
    kind = KINDS.get(seen.address.kind)
    if seen.action is Action.DELETE and kind is not None and not kind.is_file:
        yield "", "it is deleted"


MEANING: Final = Meaning.CONTRACT
RULES: Final[tuple[tuple[Code, Rule], ...]] = (
    (_BROKEN, each_field(removed)),
    (_BROKEN, other_form),
    (_BROKEN, _loosened(output=True)),
    (_BROKEN, _schemas(_BROKEN)),
    (codes.ID_CHANGED, made_anew),
    (codes.OBJECT_REMOVED, gone),
    (_WIDENED, _schemas(_WIDENED)),
    (_WIDENED, _loosened(output=False)),
    (_UNCLEAR, _schemas(_UNCLEAR)),
    (_UNCLEAR, each_field(grammar)),
    (_FITS, added),
    (_FITS, stricter_form),
    (_FITS, each_field(stricter)),
    (_FITS, _schemas(_FITS)),
)
