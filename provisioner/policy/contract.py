"""Rules about what applications rely on: functions and their arguments, the form of answers, ids.

A function tool is called by a model and answered by an application, and the form of an answer is read
by one. The arguments of a function are an input: they are compatible if every call that was valid
still is. The form of an answer is an output: it is compatible if every answer that is possible now
was possible before, apart from properties that are added. The output schema of a function is filled by
the application, and is judged like an input. See decision 0057.
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
"""The verdict on each shift of a schema, by what the schema describes."""
_NO_ARGUMENTS: Final = {"type": "object", "properties": {}}
"""The arguments of a function that names none."""
_FORMAT: Final = "response_format"
_STRICT: Final = "strict"


def _schemas(code: Code) -> Rule:
    """Return the rule that reports the shifts of schemas with this verdict."""

    def rule(seen: Seen) -> Iterator[Told]:
        for keys, step in _steps(seen):
            if VERDICTS[Role(keys[-1])][step.shift] is code:
                path = paths.render((*keys, *step.keys), KINDS[seen.address.kind].keyed)
                yield path, step.told

    return rule


def _steps(seen: Seen) -> Iterator[tuple[tuple[str, ...], Step]]:
    """Yield the shifts of each schema that a changed field touches, with the keys of the schema."""
    if not seen.stays or not seen.schemas.patterns:
        return
    touched = [(steps(one), one) for one in seen.fields]
    for pattern in seen.schemas.patterns:
        for keys in _places(pattern, seen.before, seen.after):
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
    """Return the keys of each place that a pattern leads to, in one of the specs or in another."""
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
    """Return the schema at a place, or None if the object that holds it does not exist."""
    value = spec
    for key in keys[:-1]:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping):
        return None
    found = value.get(keys[-1])
    if found is None and keys[-1] == Role.INPUT.value and value.get("type") in ANSWERED:
        return _NO_ARGUMENTS
    return found


def _overlap(path: Sequence[str], keys: Sequence[str]) -> bool:
    length = min(len(path), len(keys))
    return tuple(path[:length]) == tuple(keys[:length])


def _is_hidden(change: FieldChange) -> bool:
    return isinstance(change.live, Placeholder) and not change.live.startswith("(in the order")


def removed(change: FieldChange) -> Iterator[str]:
    """Report a function that is removed, or becomes a tool of another type."""
    keys = steps(change)
    if keys[0] == TOOLS and len(keys) == len((TOOLS, "NAME")):
        if change.desired is UNSET and _type(change.live) in ANSWERED:
            yield "a tool is taken away"
    elif keys[0] == TOOLS and keys[2:] == ("type",):
        yield f"is no {change.live} any more, but {change.desired}"


def added(seen: Seen) -> Iterator[Told]:
    """Tell of a function that the application has to answer, unless somebody added it by hand."""
    for change in seen.fields if seen.stays and not seen.by_hand else ():
        keys = steps(change)
        is_tool = keys[0] == TOOLS and len(keys) == len((TOOLS, "NAME"))
        if is_tool and change.live is UNSET and _type(change.desired) in ANSWERED:
            yield change.path, "a function is added that the application has to answer"


def _type(tool: Any) -> str:
    return str(tool.get("type", "")) if isinstance(tool, Mapping) else ""


_FORMS: Final = ("text", "json_object", "json_schema")
"""The forms of an answer. Each promises more than the one before."""


def _form(side: Any) -> str:
    named = side.get("type") if isinstance(side, Mapping) else side
    return named if named in _FORMS else _FORMS[0]


def _forms(seen: Seen) -> Iterator[tuple[str, str]]:
    """Yield both forms of an answer where they differ."""
    is_changed = any(steps(one)[0] == _FORMAT for one in seen.fields)
    sides = tuple(_form(side.get(_FORMAT)) for side in (seen.before, seen.after))
    if seen.stays and is_changed and sides[0] != sides[1]:
        yield sides[0], sides[1]


def other_form(seen: Seen) -> Iterator[Told]:
    """Report answers in another form, unless every answer in the new form is valid in the old form."""
    for before, after in _forms(seen):
        if (before, after) != ("json_object", "json_schema"):
            yield _FORMAT, f"an answer is {after}, and was {before}"


def stricter_form(seen: Seen) -> Iterator[Told]:
    """Report answers that were any JSON, and match a schema from now on."""
    for before, after in _forms(seen):
        if (before, after) == ("json_object", "json_schema"):
            yield _FORMAT, "an answer fits a schema, and was any JSON object"


def _loosened(*, output: bool) -> Rule:
    """Return the rule that reports a model which no longer has to match a schema."""

    def rule(change: FieldChange) -> Iterator[str]:
        keys = steps(change)
        if keys[-1] == _STRICT and (keys[0] == _FORMAT) is output and change.live is True:
            yield "more passes than before: the model is not held to the schema"

    return each_field(rule)


def stricter(change: FieldChange) -> Iterator[str]:
    """Report a model that has to match a schema from now on."""
    if steps(change)[-1] == _STRICT and change.desired is True:
        yield "the model is held to the schema"


def grammar(change: FieldChange) -> Iterator[str]:
    """Report another grammar for the input of a custom tool."""
    keys = steps(change)
    if keys[0] == TOOLS and keys[2:3] == ("format",):
        yield "what may be written to it is changed"


def made_anew(seen: Seen) -> Iterator[Told]:
    """Report an assistant that gets another id."""
    if seen.action is Action.REPLACE and KINDS[seen.address.kind].is_conversational:
        yield "", "it is made anew, and its id changes"


def gone(seen: Seen) -> Iterator[Told]:
    """Report an object that is deleted."""
    # gc deletes objects of collections in which no kind lives, such as containers.
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
