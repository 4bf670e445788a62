"""A kind: the facts of one resource type that are true on every runtime.

Engine and apply never test for the name of a kind. Where kinds have to be treated differently, they
test a capability of the Kind (`is_file`, `inlined`, `is_conversational` …) or of its Binding on the
runtime (`is_upload`, `documents`, `versions`, `parent` …). So a new kind needs no change there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from provisioner.model.binding import Binding
from provisioner.model.code import Code
from provisioner.model.frozen import frozen
from provisioner.model.schemas import NOWHERE, Schemas
from provisioner.model.value import Spec


@frozen
class Problem:
    """A problem that a kind's own check found. `path` leads from `spec` to the value.

    The problem is not reported if a field in `needs` is itself invalid, because it may then be a
    consequence of that.
    """

    path: tuple[str | int, ...]
    code: Code
    detail: str = ""
    is_warning: bool = False
    needs: str = ""


def _no_problems(_spec: Spec) -> Iterable[Problem]:
    return ()


def _as_it_is(spec: Spec) -> Spec:
    return spec


def _no_functions(_spec: Spec) -> Sequence[str]:
    return ()


def _name_or_type(type: str, name: str) -> str:
    return name or type


@frozen
class Kind:
    """The facts of one resource type. `name`, `title`, `summary` and `schema` must be given.

    Its functions are pure: they must not do I/O, and must not change their arguments.
    """

    name: str
    """The kind as addresses spell it (`vector_store`). Must be unique, and must not change."""

    title: str
    """The kind as manifests spell it (`VectorStore`). Must be unique."""

    summary: str
    """One or two sentences for the reference and for editors."""

    schema: Mapping[str, Any]
    """The JSON Schema of `spec`, as an object that takes no unknown properties.

    Every property must have a `description`. It may have `x-hints`: a field that users try -> the
    sentence that says what to do instead. It must not describe `apiVersion`, `kind` or `metadata`.
    """

    references: Mapping[str, str] = field(default_factory=dict)
    """Pattern of the spec (`tools[].vector_store`) -> the kind that a name there refers to."""

    normalise: Callable[[Spec], Spec] = _as_it_is
    """A checked spec -> the normal form that everything downstream compares.

    References are symbolic and local files are read by then. It must return a new mapping, or the
    same one unchanged, and must not add what the manifest leaves to the server.
    """

    check: Callable[[Spec], Iterable[Problem]] = _no_problems
    """A spec that fits the schema -> the problems that a schema cannot express. It must not raise."""

    immutable: frozenset[str] = frozenset()
    """Fields, or paths, that no update can change. A change of one replaces the object."""

    split: frozenset[str] = frozenset({"metadata"})
    """Mapping fields whose items are tracked one by one, so that each item has its own cause."""

    keyed: tuple[tuple[str, ...], ...] = ()
    """Paths of mappings whose keys print in brackets (`tools[lookup]`); `*` stands for any key."""

    contents: Mapping[str, str] = field(default_factory=dict)
    """Pattern of the spec -> how the local file that is named there is read.

    `text`, `json` and `json_schema` take the place of `{file: PATH}`. A `document` is uploaded as it
    is. A `content` goes into the request, and so do all files of a `folder`.
    """

    secrets: tuple[str, ...] = ()
    """Patterns of fields that take the NAME of an environment variable, and never its value."""

    schemas: Schemas = NOWHERE
    """The places of the normal form where a JSON Schema begins, spelled like `keyed`.

    Below them the order of properties has meaning.
    """

    is_conversational: bool = False
    """True for the kind that people and applications talk to. Exactly one kind must say so.

    It is what a Runtime's `support` speaks of, and what `ask`, `load`, `migrate` and `pull` are for.
    """

    functions: Callable[[Spec], Sequence[str]] = _no_functions
    """A spec in normal form -> the names of the functions that a model may ask its caller to run."""

    tools: frozenset[str] = frozenset()
    """Types of the tools that a resource may have under `tools`, empty where it has none."""

    tool_key: Callable[[str, str], str] = _name_or_type
    """The type and the name of a tool, empty where it has none -> its key in normal form."""

    item_names: tuple[str, ...] = ("type", "name", "path")
    """Keys by which a diff path calls an item of a list, in the order in which they are tried.

    The manifest has a list where the normal form has a mapping: this is how a path leads back.
    """

    inline_key: str = ""
    """The key of an item of a list under which the item's fields may stand, instead of beside it."""

    reaching: frozenset[str] = frozenset()
    """Fields, at any depth, that decide where an object leads, with whose rights, what it searches.

    A plan names a change of one of them among the risks.
    """

    tools_reaching_out: frozenset[str] = frozenset()
    """Types of `tools` with which a model reads or writes outside of the conversation."""

    tools_answered: frozenset[str] = frozenset()
    """Types of `tools` whose calls the application answers, and that are a part of its contract."""

    is_file: bool = False
    """True where a resource is one local file. It must have one `document` among its `contents`.

    Nothing of it is live until another resource refers to it.
    """

    inlined: bool = False
    """True where a resource has no live object, and is a part of whatever refers to it.

    Its spec, with its name as `name`, takes the place of the reference. It must have no binding.
    """

    repeats: bool = False
    """True where one manifest may declare one resource for each row of a table (`for_each`)."""

    bindings: Mapping[str, Binding] = field(default_factory=dict)
    """Name of a runtime -> how the kind lives there, where the runtime's own file does not say it.

    A binding that more than one kind or runtime shares should stand in `runtimes/` instead.
    """
