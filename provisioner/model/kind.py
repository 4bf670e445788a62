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
    """The name of the kind in addresses (`vector_store`). It must be unique, and must not change.
    """

    title: str
    """The name of the kind in manifests (`VectorStore`). It must be unique."""

    summary: str
    """One or two sentences for the reference and for editors."""

    schema: Mapping[str, Any]
    """The JSON Schema of `spec`, as an object that takes no unknown properties.

    Every property must have a `description`. It may have `x-hints`: a field that users try -> the
    sentence that says what to do instead. It must not describe `apiVersion`, `kind` or `metadata`.
    """

    references: Mapping[str, str] = field(default_factory=dict)
    """Pattern in the spec (`tools[].vector_store`) -> the kind that a name there refers to."""

    normalise: Callable[[Spec], Spec] = _as_it_is
    """Turns a checked spec into the normal form that all later steps use.

    References are symbolic and local files are read by then. It must return a new mapping, or the
    same one unchanged, and must not add values that the manifest leaves to the server.
    """

    check: Callable[[Spec], Iterable[Problem]] = _no_problems
    """Yields the problems of a valid spec that a schema cannot express. It must not raise."""

    immutable: frozenset[str] = frozenset()
    """Fields or paths that no update can change. A change of one of them replaces the object."""

    split: frozenset[str] = frozenset({"metadata"})
    """Fields that are mappings and whose items are compared one by one, each with its own cause."""

    keyed: tuple[tuple[str, ...], ...] = ()
    """Paths of mappings whose keys are printed in brackets (`tools[lookup]`).

    `*` stands for any key.
    """

    contents: Mapping[str, str] = field(default_factory=dict)
    """The way in which the local file at a pattern of the spec is read.

    `text`, `json` and `json_schema` replace `{file: PATH}`. A `document` is uploaded unchanged. A
    `content` is put into the request, and so are all files of a `folder`.
    """

    secrets: tuple[str, ...] = ()
    """Patterns of fields that take the NAME of an environment variable, and never its value."""

    schemas: Schemas = NOWHERE
    """The places in the normal form where a JSON Schema begins, written like `keyed`.

    Below them the order of properties has meaning.
    """

    is_conversational: bool = False
    """True for the kind that people and applications talk to. Exactly one kind must have it set.

    The `support` table of a Runtime is about this kind, and `ask`, `load`, `migrate` and `pull`
    work on it.
    """

    functions: Callable[[Spec], Sequence[str]] = _no_functions
    """Returns the names of the functions in a spec that the application runs."""

    tools: frozenset[str] = frozenset()
    """Types of the tools that a resource may have under `tools`. Empty if it has none."""

    tool_key: Callable[[str, str], str] = _name_or_type
    """Returns the key in the normal form of a tool with this type and name. The name may be ''."""

    item_names: tuple[str, ...] = ("type", "name", "path")
    """Keys by which a diff path names an item of a list, in the order in which they are tried.

    The manifest has a list where the normal form has a mapping, and by these keys a path is found
    in the list.
    """

    inline_key: str = ""
    """The key of a list item under which the item's fields may stand, instead of beside it."""

    reaching: frozenset[str] = frozenset()
    """Fields, at any depth, that decide where an object connects to and with which rights.

    A plan lists changes of them among the risks.
    """

    tools_reaching_out: frozenset[str] = frozenset()
    """Types of `tools` with which a model reads or writes outside of the conversation."""

    tools_answered: frozenset[str] = frozenset()
    """Types of `tools` whose calls the application answers, and that are a part of its contract."""

    is_file: bool = False
    """True if a resource is one local file.

    It must have one `document` among its `contents`. It is not uploaded until another resource
    refers to it.
    """

    inlined: bool = False
    """True if a resource has no live object, but is a part of every resource that refers to it.

    Its spec, with its name as `name`, replaces the reference. It must have no binding.
    """

    repeats: bool = False
    """True if one manifest may declare a resource for each row of a table (`for_each`)."""

    bindings: Mapping[str, Binding] = field(default_factory=dict)
    """The kind's binding on each runtime whose own file does not have it.

    A binding that several kinds or runtimes share should stand in `runtimes/` instead.
    """
