"""Defines the report of the command `migrate`: the effect of a migration on every declared resource."""

from collections.abc import Iterator
from enum import StrEnum

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.frozen import frozen
from provisioner.model.runtime import Support


class FieldEffect(StrEnum):
    """The possible effects of a migration on a field, a tool or an option. The set is closed.

    EXACT: the new target supports it in the same way. CHANGED: the new target supports it in
    another way. LOST: the new target does not support it, or not this value. GAINED: the new target
    supports it and the source does not.
    """

    EXACT = "exact"
    CHANGED = "changed"
    LOST = "lost"
    GAINED = "gained"


class ResourceEffect(StrEnum):
    """The possible effects of a migration on a resource other than an assistant.

    STAYS: source and new target share its live object. REBUILT: it is created on the new target.
    LOST: it has no live object on the new target. GAINED: it had none on the source and is created
    on the new target. The set is closed.
    """

    STAYS = "stays"
    REBUILT = "rebuilt"
    LOST = "lost"
    GAINED = "gained"


class Verdict(StrEnum):
    """The verdicts on a migration: it is possible unchanged, possible with changes, or blocked."""

    READY = "ready"
    CHANGED = "ready, with changes"
    BLOCKED = "blocked"


@frozen
class Side:
    """The source or the new target of a migration.

    `target` and `runtime` are names in the Stack, `host` is the server's name.
    """

    target: str
    runtime: str
    host: str = ""
    project: str = ""


@frozen
class FieldMigration:
    """The effect of a migration on one field, tool or option of an assistant.

    `path` is its field path. `source` and `target` say how the two runtimes support it. `name` is
    its name in the new API if that differs, else ''. `note` is a sentence about its use on the new
    target. `had` is false if the assistant on the source does not have it.

    If the effect is LOST, `agreed` is true if the new target's `drop:` already contains it. `drop`
    is the entry of `drop:` that would leave it out, '' if no entry can.
    """

    path: str
    effect: FieldEffect
    source: Support
    target: Support
    name: str = ""
    note: str = ""
    had: bool = True
    agreed: bool = False
    drop: str = ""
    position: Position | None = None

    @property
    def blocks(self) -> bool:
        return self.effect is FieldEffect.LOST and not self.agreed


@frozen
class AssistantMigration:
    """The effects of a migration on one assistant.

    `fields` are in the order of its manifest. `refers_to` are the resources that it names.
    """

    address: Address
    fields: tuple[FieldMigration, ...] = ()
    refers_to: tuple[Address, ...] = ()
    position: Position | None = None

    def of(self, effect: FieldEffect) -> tuple[FieldMigration, ...]:
        return tuple(one for one in self.fields if one.effect is effect)

    @property
    def verdict(self) -> Verdict:
        if any(one.blocks for one in self.fields):
            return Verdict.BLOCKED
        exact = all(one.effect is FieldEffect.EXACT for one in self.fields)
        return Verdict.READY if exact else Verdict.CHANGED


@frozen
class ResourceMigration:
    """The effect of a migration on a resource other than an assistant.

    `documents` is the number of local files from which the resource is made.
    """

    address: Address
    effect: ResourceEffect
    documents: int = 0
    agreed: bool = False
    drop: str = ""
    position: Position | None = None

    @property
    def blocks(self) -> bool:
        return self.effect is ResourceEffect.LOST and not self.agreed


@frozen
class Migration:
    """The report of a migration. `drop` has the entries that the new target's `drop:` has now.

    `diagnostics` warn of models and APIs of the new target that end at a known date.
    """

    stack: str
    environment: str
    source: Side
    target: Side
    assistants: tuple[AssistantMigration, ...] = ()
    resources: tuple[ResourceMigration, ...] = ()
    drop: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The entries that must be added to `drop:` before the migration is allowed."""
        # Several assistants may need the same entry. `dict.fromkeys` keeps the first of each, in order.
        return tuple(dict.fromkeys(entry for entry in self._missing() if entry))

    def _missing(self) -> Iterator[str]:
        yield from (one.drop for one in self.resources if one.blocks)
        for assistant in self.assistants:
            yield from (one.drop for one in assistant.fields if one.blocks)

    @property
    def verdict(self) -> Verdict:
        verdicts = {one.verdict for one in self.assistants}
        if Verdict.BLOCKED in verdicts or any(one.blocks for one in self.resources):
            return Verdict.BLOCKED
        # A loss that somebody agreed to with `drop:` does not block, but is a change all the same.
        changed = verdicts - {Verdict.READY} or any(
            r.effect is ResourceEffect.LOST for r in self.resources
        )
        return Verdict.CHANGED if changed else Verdict.READY
