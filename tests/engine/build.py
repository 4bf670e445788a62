"""Both sides of a stack as values: what a manifest says, and what an honest apply leaves behind."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from provisioner.engine.guard import refusals
from provisioner.engine.marks import make_mark
from provisioner.engine.plan import PlanContext, make_plan
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import Owner
from provisioner.model.plan import Change, Plan
from provisioner.model.remote import Live, RemoteDocument, RemoteObject
from provisioner.model.resource import Desired, Document, Lifecycle, Resource
from provisioner.model.stack import Stack, Target
from provisioner.model.value import Reference, digest, revealed
from provisioner.runtimes import RUNTIMES

BINDINGS = RUNTIMES["assistants"].bindings
OWNER = Owner("k3v9", "default")
STACK = Stack("acme", "k3v9", Path("manifests"), "", Target("local", "assistants"))
CONTEXT = PlanContext(STACK, KINDS, BINDINGS, settings="settings")
QA, LIBRARY = Address("assistant", "qa"), Address("vector_store", "library")
SEARCH: dict[str, Any] = {"type": "file_search", "vector_store": Reference(LIBRARY)}
NO_CARE = Lifecycle()
LOOKUP: dict[str, Any] = {"type": "function", "description": "Look up.", "parameters": {}}


def assistant(name: str = "qa", lifecycle: Lifecycle = NO_CARE, **spec: Any) -> Resource:
    whole = {"name": name, "model": "gpt-6.1", **spec}
    return Resource(Address("assistant", name), whole, lifecycle)


def store(
    *documents: Document, name: str = "library", lifecycle: Lifecycle = NO_CARE, **spec: Any
) -> Resource:
    by_path = {document.path: document for document in documents}
    return Resource(
        Address("vector_store", name), {"name": name, **spec}, lifecycle, documents=by_path
    )


def document(path: str, content: str = "text", source: str = "", **attributes: Any) -> Document:
    file = Address("file", source) if source else None
    return Document(path, digest(content, 43), len(content), attributes, file)


def file(name: str, content: str = "text") -> Resource:
    return Resource(Address("file", name), {}, documents={"f": document("f", content)})


def desired(*resources: Resource) -> Desired:
    return {resource.address: resource for resource in resources}


def applied(resource: Resource, id: str = "", **facts: Any) -> RemoteObject:
    """The live object as an honest server has it once `resource` was applied."""
    address, binding = resource.address, BINDINGS[resource.address.kind]
    mark = make_mark(resource, KINDS[address.kind], binding, OWNER)
    spec = dict(revealed_spec(resource))
    return RemoteObject(
        kind=address.kind,
        id=id or f"id-{address.name}",
        name=str(spec.get("name", "")),
        spec=spec,
        mark=mark,
        metadata={**(spec.get("metadata") or {}), **mark.to_metadata()},
        documents={d.path: applied_document(d) for d in resource.documents.values()},
        **facts,
    )


def revealed_spec(resource: Resource) -> Mapping[str, Any]:
    """Return the object on the server, with every default that it resolves."""
    binding = BINDINGS[resource.address.kind]
    spec = binding.complete(revealed(resource.spec))
    return {
        **{k: v for k, v in binding.fields.defaults.items() if k not in binding.fields.not_echoed},
        **spec,
    }


def applied_document(wanted: Document, **facts: Any) -> RemoteDocument:
    there = RemoteDocument(
        file_id=f"file-{wanted.name}",
        path=wanted.path,
        sha256=wanted.sha256,
        attributes=wanted.attributes,
        digest=digest(wanted.attributes),
        source=wanted.source,
    )
    return replace(there, **facts)


def edited(live: RemoteObject, **spec: Any) -> RemoteObject:
    """The same object after somebody changed fields of it; None takes a field away."""
    changed = {k: v for k, v in {**live.spec, **spec}.items() if v is not None}
    metadata = live.metadata
    if "metadata" in spec and live.mark:
        metadata = {**(spec["metadata"] or {}), **live.mark.to_metadata()}
    return replace(live, spec=changed, metadata=metadata)


def live(*objects: RemoteObject, **facts: Any) -> Live:
    return Live({found.address: found for found in objects if found.address}, **facts)


def plan(wanted: Desired, there: Live, **options: Any) -> Plan:
    return make_plan(CONTEXT, wanted, there, **options)


def refused(planned: Plan, there: Live) -> list[str]:
    """Return the refusals of a plan, as text."""
    return [str(one) for one in refusals(planned.changes, there, STACK.guards)]


def change_of(resource: Resource | None, there: RemoteObject | None) -> Change | None:
    """The one change between a resource and its live object, or None for a no-op."""
    changes = plan(desired(*([resource] if resource else [])), live(*([there] if there else [])))
    found = [c for c in changes.changes if c.address.kind != "file"]
    assert len(found) <= 1
    return found[0] if found else None


def causes(change: Change | None) -> dict[str, str]:
    """Each field that changes, and why."""
    return {f.path: f.cause.value for f in change.fields} if change else {}
