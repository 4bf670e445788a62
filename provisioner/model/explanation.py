"""Defines the answers of the command `explain`: about all kinds, one kind, one field or one code."""

from typing import TypeAlias

from provisioner.model.code import Code
from provisioner.model.frozen import frozen
from provisioner.model.runtime import Level


@frozen
class Holding:
    """The support of one field by one runtime.

    `level` says if the field is stored, per run or unsupported. `wire_path` is the path of the
    field in requests of that API, '' if the field is not sent. `default` is the value that the
    server uses if the field was never set, as text; '' if it is not known. `values` has those
    values of the field whose support differs, each with its level and a note.
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

    `kind` and `title` are the names of the kind in addresses and in manifests. `default` is taken
    from the description of the field. `notes` are sentences about what a change of the field does.
    `example` is YAML. `fields` are the fields directly inside of this field.
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
    """One kind, with its fields in the order of the schema.

    `places` has a pair for each runtime: the name of the runtime, and a phrase that says what an
    object of the kind is there.
    """

    name: str
    title: str
    summary: str
    places: tuple[tuple[str, str], ...]
    fields: tuple[FieldExplanation, ...]
    example: str


@frozen
class CodeExplanation:
    """One code of a diagnostic. `theme` is the heading of its section in `docs/diagnostics.md`."""

    code: Code
    theme: str


@frozen
class Overview:
    """All kinds and all runtimes, each with its name and one sentence about it."""

    kinds: tuple[tuple[str, str], ...]
    runtimes: tuple[tuple[str, str], ...]


Explanation: TypeAlias = Overview | KindExplanation | FieldExplanation | CodeExplanation
