"""Defines Kind: the facts about one type of resource that are true on every runtime.

`engine/` and `apply/` never test for the name of a kind. Where kinds must be treated differently,
they test a capability of the Kind (`is_file`, `inlined`, `is_conversational` …) or of its Binding
on the runtime (`is_upload`, `documents`, `versions`, `parent` …). So a new kind needs no change
there.
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
    """A problem that the `check` of a kind found. `path` leads from `spec` to the value.

    `needs` is the name of a field, or ''. If that field is itself invalid, the problem is not
    reported, because it may only be a consequence.
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
    """The facts about one type of resource. `name`, `title`, `summary` and `schema` are required.

    The functions must be pure: they must not do I/O, and must not change their arguments.
    """

    name: str
    """The name of the kind in addresses (`vector_store`). It must be unique, and must not change.
    """

    title: str
    """The name of the kind in manifests (`VectorStore`). It must be unique."""

    summary: str
    """One or two sentences that the reference and editors show."""

    schema: Mapping[str, Any]
    """The JSON Schema of `spec`: an object that accepts no unknown properties.

    Every property must have a `description`. A schema may have `x-hints`, which maps a wrong field
    that users try to a sentence that says what to write instead. The schema must not describe
    `apiVersion`, `kind` or `metadata`.
    """

    references: Mapping[str, str] = field(default_factory=dict)
    """The kinds of the resources that a spec names.

    Each key is a pattern of the places where a resource is named, such as `tools[].vector_store`;
    its value is the kind of that resource.
    """

    normalise: Callable[[Spec], Spec] = _as_it_is
    """Returns the normal form of a checked spec, which all later steps use.

    At this point references are symbolic and local files have been read. The function must return a
    new mapping or the unchanged argument, and must not add values that the manifest leaves to the
    server.
    """

    check: Callable[[Spec], Iterable[Problem]] = _no_problems
    """Yields the problems of a spec that its schema cannot express. It must not raise."""

    immutable: frozenset[str] = frozenset()
    """Fields or paths that the API cannot update. A change of one of them replaces the object."""

    split: frozenset[str] = frozenset({"metadata"})
    """The split fields: mappings whose items are compared one by one, so that each has its own cause."""

    keyed: tuple[tuple[str, ...], ...] = ()
    """Paths of mappings whose keys are printed in brackets, as in `tools[lookup]`.

    `*` means any key.
    """

    contents: Mapping[str, str] = field(default_factory=dict)
    """The way in which a local file is read, by the pattern of the places in a spec that name one.

    `text`, `json` and `json_schema` replace `{file: PATH}` by what the file contains. A `document`
    is uploaded unchanged. A `content`, and every file of a `folder`, becomes a part of the request.
    """

    secrets: tuple[str, ...] = ()
    """Patterns of fields whose value is the NAME of an environment variable, never a secret itself.
    """

    schemas: Schemas = NOWHERE
    """The places in the normal form where a JSON Schema begins, in the notation of `keyed`.

    Inside of a JSON Schema the order of `properties` has a meaning: models write in that order.
    """

    is_conversational: bool = False
    """True for the kind that users and applications ask questions. It must be set on exactly one kind.

    The `support` table of a Runtime describes the fields of this kind, and `ask`, `load`, `migrate`
    and `pull` work on it.
    """

    functions: Callable[[Spec], Sequence[str]] = _no_functions
    """Returns the names of those functions in a spec that the application has to run."""

    tools: frozenset[str] = frozenset()
    """The types of tools that may be listed under `tools`. Empty if the kind has no tools."""

    tool_key: Callable[[str, str], str] = _name_or_type
    """Returns the key of a tool in the normal form, from its type and its name, which may be ''."""

    item_names: tuple[str, ...] = ("type", "name", "path")
    """Keys whose value identifies an item of a list in a path, in the order in which they are tried.

    The manifest has a list where the normal form has a mapping. By these keys, the line of a field
    path is found in the manifest.
    """

    inline_key: str = ""
    """A key of a list item; the fields of the item may be written under it or directly in the item.
    """

    reaching: frozenset[str] = frozenset()
    """Fields, at any depth, that decide where an object connects to and with which rights.

    `plan` lists changes of these fields among the risks.
    """

    tools_reaching_out: frozenset[str] = frozenset()
    """Types of tools with which a model reads or writes outside of the conversation."""

    tools_answered: frozenset[str] = frozenset()
    """Types of tools whose calls the application answers, not the platform.

    A change of such a tool can break an application.
    """

    is_file: bool = False
    """True if a resource is one local file.

    The kind must have exactly one `document` among its `contents`. The file is not uploaded until
    another resource refers to it.
    """

    inlined: bool = False
    """True if a resource has no live object but is copied into every resource that refers to it.

    Its spec, with the resource's name as `name`, replaces the reference. The kind must have no
    binding.
    """

    repeats: bool = False
    """True if one manifest may declare a resource for each row of a table (`for_each`)."""

    bindings: Mapping[str, Binding] = field(default_factory=dict)
    """The bindings of the kind, by runtime, that are not defined in the runtime's own file.

    A binding that several kinds or runtimes share should be in `runtimes/` instead.
    """
