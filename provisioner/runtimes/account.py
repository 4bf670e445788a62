"""All collections of an account that can be listed, for `gc`, whatever runtime a target has.

An account contains more than the objects of one runtime: a batch, a fine-tuning job or an agent may
refer to a file. A server that does not have a collection answers its list with 404.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from provisioner.model.binding import Binding, NormalForm
from provisioner.model.leaks import Account, Listable
from provisioner.model.provider import Row
from provisioner.model.runtime import Runtime
from provisioner.runtimes import RUNTIMES


def _says(*words: str) -> Callable[[Row], bool]:
    """Return a function that is true for a row whose `status` is one of these words."""
    said = frozenset(words)
    return lambda row: row.get("status") in said


def _nothing(_row: Row) -> NormalForm:
    """Return an empty spec, because `gc` compares no field of an object."""
    return NormalForm({})


def _is_empty(row: Row) -> bool:
    """Return true if a store's row says that it has no files and uses no bytes."""
    counts: Any = row.get("file_counts")
    total = counts.get("total") if isinstance(counts, Mapping) else None
    return total == 0 and not row.get("usage_bytes")


# `deletes=False` means that the API has no request that deletes such an object.
_LISTABLE: Final = (
    Listable(
        "release",
        "releases",
        frozenset({"vector_store", "file", "skill", "container"}),
        is_called=True,
        is_published=True,
    ),
    Listable("assistant", "assistants", frozenset({"vector_store", "file"}), is_called=True),
    Listable(
        "agent",
        "agents",
        frozenset({"file", "skill", "vault", "credential", "environment_template"}),
        is_called=True,
    ),
    Listable(
        "session",
        "agents/sessions",
        frozenset(
            {"agent", "file", "skill", "vault", "credential", "environment_template", "environment"}
        ),
        is_called=True,
        is_idle=_says("idle", "budget_reached"),
        has_failed=_says("failed"),
        is_over=_says("failed"),
    ),
    Listable(
        "automation",
        "agents/automations",
        frozenset({"agent", "session", "file", "skill", "vault", "environment_template"}),
        is_called=True,
    ),
    Listable(
        "environment",
        "agents/environments",
        frozenset({"file", "skill", "vault", "environment_template"}),
        is_called=True,
        is_over=_says("expired", "failed"),
        has_expired=_says("expired"),
        has_failed=_says("failed"),
        deletes=False,
    ),
    Listable(
        "environment_template",
        "agents/environments/templates",
        frozenset({"file", "skill", "vault", "credential"}),
    ),
    Listable("credential", "vaults/credentials", frozenset({"vault"}), inside="vault"),
    # No reference: a credential names its vault, and not the other way round.
    Listable("vault", "vaults"),
    Listable("skill", "skills"),
    Listable(
        "vector_store",
        "vector_stores",
        frozenset({"file"}),
        has_expired=_says("expired"),
        is_empty=_is_empty,
        holds="vector_stores/files",
    ),
    Listable(
        "container",
        "containers",
        frozenset({"file", "skill"}),
        is_called=True,
        is_over=_says("expired"),
        has_expired=_says("expired"),
        memory_field="memory_limit",
    ),
    Listable(
        "batch",
        "batches",
        frozenset({"file"}),
        is_called=True,
        is_over=_says("completed", "failed", "expired", "cancelled"),
        has_expired=_says("expired"),
        has_failed=_says("failed", "cancelled"),
        deletes=False,
    ),
    Listable(
        "fine_tuning_job",
        "fine_tuning/jobs",
        frozenset({"file"}),
        is_called=True,
        deletes=False,
    ),
    Listable("eval", "evals", frozenset({"file"}), is_called=True),
    Listable(
        "thread",
        "threads",
        frozenset({"file", "vector_store"}),
        is_called=True,
        is_tracked=True,
    ),
    # OpenAI lists no threads, conversations and responses: the ledger knows those registered.
    Listable("conversation", "conversations", is_called=True, is_tracked=True),
    Listable(
        "response",
        "responses",
        frozenset({"file", "vector_store", "container"}),
        is_called=True,
        is_tracked=True,
    ),
    Listable("file", "files", has_failed=_says("error"), is_file=True),
)

ACCOUNT: Final = Account(
    listables={one.name: one for one in _LISTABLE},
    outputs=frozenset({"assistants_output", "batch_output", "fine-tune-results"}),
    held_by_id=frozenset({"user_data", "vision", "batch", "fine-tune", "evals"}),
    held_by_threads=frozenset({"assistants"}),
    starts_threads="assistant",
)
"""The collections of an account, as `gc` lists them, and what the purpose of a file tells.

A purpose tells that the API itself made the file, that an application may have stored its id, or
that a thread may refer to it.
"""


def binding_of(listable: Listable, runtime: Runtime) -> tuple[str, Binding]:
    """Return the kind whose objects are in this collection on a runtime, with its binding.

    If the runtime has no such kind, the collection gets a binding without a mark, under its own
    name. Its objects can be deleted, and in no other way changed.
    """
    # By the collection: the kind `assistant` lies in another collection on each runtime.
    for kind, binding in runtime.bindings.items():
        if binding.collection == listable.collection:
            return kind, binding
    return listable.name, Binding(
        listable.collection,
        to_wire=lambda _spec, _ids: {},
        from_wire=_nothing,
        mark_location=None,
        parent=listable.inside,
    )


def marked_by(listable: Listable) -> Binding | None:
    """Return a binding of any runtime that reads the mark of objects in this collection, or None."""
    # A target of one runtime also lists collections of another, whose objects may have our mark.
    found = (
        binding
        for runtime in RUNTIMES.values()
        for binding in runtime.bindings.values()
        if binding.collection == listable.collection
    )
    return next(found, None)
