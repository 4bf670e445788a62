"""What `adopt` would take over, as values: each object, and the plan that all of them make."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioner.engine.diff import RENAMED
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.mark import Owner
from provisioner.model.plan import UNSET, Action, Change, FieldChange, Plan, Reason
from provisioner.model.remote import RemoteObject
from provisioner.model.value import Sensitive, Spec, canonical
from provisioner.verbs.session import Session


@dataclass(frozen=True, slots=True)
class Adoption:
    """One object about to become ours, with the `body` of the update that makes it so.

    `parent` is the id of what it lies inside of, where it does. `before` is whose it was.
    `differing` are the units that the next plan will show; `documents` counts what is in a store
    already. `spec` is what the object holds, which a saved plan is bound to. `former` is the address
    that it had, where it is ours under another one.
    """

    address: Address
    id: str
    name: str
    body: Mapping[str, Any]
    parent: str = ""
    before: Owner | None = None
    differing: tuple[str, ...] = ()
    documents: int = 0
    spec: Spec = field(default_factory=dict)
    former: Address | None = None


@dataclass(frozen=True, slots=True)
class Adoptions:
    """What a run would take over. `skipped` says what it leaves, and why."""

    session: Session
    items: tuple[Adoption, ...]
    skipped: tuple[Diagnostic, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan of it: of each object, only whose it is changes."""
        stack, ground = self.session.stack, self.session.ground
        return Plan(
            stack=stack.name,
            environment=stack.environment,
            target=stack.target.name,
            host=ground.host,
            project=ground.project,
            root=os.path.relpath(stack.root),
            changes=tuple(_change(one, stack.owner) for one in self.items),
            diagnostics=self.skipped,
            verb="adopt",
            arguments=self.arguments,
        )


def _change(one: Adoption, owner: Owner) -> Change:
    """One adoption as a change. What the object holds is bound to, and stands in no file."""
    content = {"content": Sensitive(canonical([one.spec, one.body]))}
    if one.former:
        address = FieldChange(RENAMED, str(one.former), str(one.address), Reason.RENAMED)
        found = RemoteObject(one.address.kind, one.id, one.name, content, parent=one.parent)
        return Change(one.address, Action.UPDATE, Reason.RENAMED, (address,), live=found)
    whose = FieldChange("owner", str(one.before) if one.before else UNSET, str(owner))
    found = RemoteObject(one.address.kind, one.id, one.name, content, parent=one.parent)
    return Change(one.address, Action.UPDATE, fields=(whose,), live=found)
