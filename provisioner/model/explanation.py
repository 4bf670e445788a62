"""The answers of `explain` about all kinds, one kind, one field, or one code of a diagnostic."""

from typing import TypeAlias

from provisioner.model.code import Code
from provisioner.model.frozen import frozen
from provisioner.model.runtime import Level


@frozen
class Holding:
    """The support of one field by one runtime.

    `wire_path` is the field's path in requests of that API. It is empty where the runtime does not
    have the field, or does not send it. `default` is the value that the server holds where the field
    was never set, as text; it is empty where no default is known. `values` are single values of the
    field that the runtime supports otherwise than the other values.
    """

    runtime: str
    level: Level
    wire_path: str = ""
    note: str = ""
    default: str = ""
    values: tuple[tuple[str, Level, str], ...] = ()


@frozen
class FieldExplanation:
    """One field of one kind.

    `kind` and `title` are the names of the kind in addresses and in manifests. `type`, `choices`
    and `limits` are words. `default` is a phrase of the field's own description. `notes` are
    sentences about what a change of it does. `example` is YAML. `fields` are those inside of it,
    without those inside of these.
    """

    kind: str
    title: str
    path: str
    type: str
    required: bool
    choices: tuple[str, ...]
    limits: tuple[str, ...]
    description: str
    default: str
    notes: tuple[str, ...]
    holdings: tuple[Holding, ...]
    example: str
    fields: tuple["FieldExplanation", ...] = ()


@frozen
class KindExplanation:
    """One kind, with its fields in the order of the manifest language.

    `places` say where it lives.
    """

    name: str
    title: str
    summary: str
    places: tuple[tuple[str, str], ...]
    fields: tuple[FieldExplanation, ...]
    example: str


@frozen
class CodeExplanation:
    """One code, and the heading of its section in `docs/diagnostics.md`."""

    code: Code
    theme: str


@frozen
class Overview:
    """Every kind and every runtime: the name, and a sentence about it."""

    kinds: tuple[tuple[str, str], ...]
    runtimes: tuple[tuple[str, str], ...]


Explanation: TypeAlias = Overview | KindExplanation | FieldExplanation | CodeExplanation
