"""Find the kind and the field that a topic names.

`assistant.model`, `Assistant.spec.model` and `assistants.model` are the same topic.
"""

import re
from typing import Final

from provisioner.kinds import KINDS
from provisioner.model.codes.table import TABLE
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.source.check import STACK
from provisioner.source.fields import ANY_KEY, Field, fields_of_kind
from provisioner.source.suggest import did_you_mean

_STEP: Final = re.compile(r"\[(?P<item>[^\]]*)\]|(?P<name>[^.\[\]]+)|\.")
NAMES: Final = (STACK.lower(), *KINDS)
"""The names of all kinds of manifests."""


class UnknownTopic(ValueError):
    """A topic names nothing that exists. The text of the error suggests a similar one."""


@frozen
class Topic:
    """A kind, and one of its fields; a field of None stands for the kind itself."""

    kind: str
    field: Field | None = None


def find(text: str) -> Topic:
    """Return the topic that a text names. Raises UnknownTopic."""
    name, _, rest = text.strip().partition(".")
    kind = _kind(name)
    if kind is None:
        raise UnknownTopic(f"No kind, field or code is called `{text}`.{_near(text)}")
    steps = steps_of(rest)
    steps = steps[1:] if steps[:1] == ["spec"] else steps
    if not steps:
        return Topic(kind)
    field = _field(kind, steps)
    if field is None:
        raise UnknownTopic(f"`{kind}` has no field `{rest}`.{_near_field(kind, rest, steps)}")
    return Topic(kind, field)


def steps_of(path: str) -> list[str]:
    """Return the steps of a path. An item of a list is a step with its brackets."""
    return [
        match["name"] if match["item"] is None else match[0]
        for match in _STEP.finditer(path)
        if match[0] != "."
    ]


def _kind(name: str) -> str | None:
    """Return the kind of a name, in any spelling: VectorStore, vector-store, vector_stores; else None."""
    folded = {kind.replace("_", ""): kind for kind in NAMES}
    word = name.lower().replace("_", "").replace("-", "")
    return folded.get(word) or folded.get(word.removesuffix("s"))


def _field(kind: str, steps: list[str]) -> Field | None:
    """Return the field at a path; for a key below a mapping of free keys, that mapping; else None."""
    fields = fields_of_kind(kind)
    for field in fields:
        if _fits(steps_of(field.path), steps):
            return field
    above = [field for field in fields if steps[1:] and _fits(steps_of(field.path), steps[:-1])]
    return next((field for field in above if _has_free_keys(field)), None)


def _fits(known: list[str], steps: list[str]) -> bool:
    """Return true if steps lead to a known field. The item of a list may be left out or numbered."""
    if not known:
        return not steps
    first, *rest = known
    if first == "[]":
        is_item = steps[:1] == ["[]"] or (bool(steps) and steps[0][1:-1].isdecimal())
        return (bool(rest) and _fits(rest, steps)) or (is_item and _fits(rest, steps[1:]))
    return bool(steps) and first in (steps[0], ANY_KEY) and _fits(rest, steps[1:])


def _has_free_keys(field: Field) -> bool:
    """Return true if a field is a mapping with any keys."""
    values = field.schema.get("additionalProperties")
    return values is True or (isinstance(values, dict) and "properties" not in values)


def _near(text: str) -> str:
    """Return a suggestion for a text that names no kind, after a space."""
    last = steps_of(text)[-1:]
    for kind in NAMES:
        for field in fields_of_kind(kind):
            if steps_of(field.path)[-1:] == last:
                return f" Did you mean `{kind}.{field.path}`?"
    near = did_you_mean(text, [*NAMES, *TABLE])
    return near or f" {hint('explain')} lists the kinds, docs/diagnostics.md the codes."


def _near_field(kind: str, rest: str, steps: list[str]) -> str:
    """Return a suggestion for a field that a kind does not have, after a space."""
    hints = KINDS[kind].schema.get("x-hints", {}) if kind in KINDS else {}
    if steps[0] in hints:
        return f" {hints[steps[0]]}"
    near = did_you_mean(rest, [field.path for field in fields_of_kind(kind)])
    return near or f" {hint('explain', kind)} lists its fields."
