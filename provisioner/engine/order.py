"""Which step waits for which: referred-to objects are made first and removed last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from provisioner.model.address import Address
from provisioner.model.plan import Action, Change
from provisioner.model.value import Reference, RemoteId, leaves


class Phase(StrEnum):
    MAKE = "make"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One half of a change. A replace has two: the new is made long before the old is removed."""

    change: Change
    phase: Phase

    @property
    def key(self) -> tuple[Address, Phase, str]:
        live = self.change.live
        return self.change.address, self.phase, live.id if live else ""


StepKey = tuple[Address, Phase, str]


def steps(changes: Iterable[Change]) -> list[Step]:
    """The steps of a plan's changes, in no order."""
    found: list[Step] = []
    for change in changes:
        if change.action in (Action.CREATE, Action.UPDATE, Action.REPLACE):
            found.append(Step(change, Phase.MAKE))
        if change.action in (Action.DELETE, Action.REPLACE, Action.FORGET):
            found.append(Step(change, Phase.REMOVE))
    return found


def graph(all_steps: Iterable[Step]) -> Mapping[StepKey, frozenset[StepKey]]:
    """Each step, and the steps that must have succeeded before it.

    A step that makes waits for what its desired side refers to. A step that removes waits for
    everybody whose live side referred to the object, and for its own successor.
    """
    all_steps = list(all_steps)
    makes = {step.change.address: step.key for step in all_steps if step.phase is Phase.MAKE}
    needs = {step.key: _needs(step, makes) for step in all_steps}
    for step in all_steps:
        if step.phase is Phase.REMOVE and step.change.live:
            referrers = _referrers(step, all_steps)
            needs[step.key] = needs[step.key] | referrers
    return needs


def _needs(step: Step, makes: Mapping[Address, StepKey]) -> frozenset[StepKey]:
    change = step.change
    if step.phase is Phase.MAKE and change.desired:
        return frozenset(makes[a] for a in change.desired.references if a in makes)
    if change.address in makes:
        return frozenset({makes[change.address]})
    return frozenset()


def _referrers(step: Step, all_steps: Iterable[Step]) -> frozenset[StepKey]:
    """Steps that let go of the object that `step` removes."""
    live = step.change.live
    if live is None:
        return frozenset()
    return frozenset(
        other.key
        for other in all_steps
        if other.key != step.key and _lets_go(other) and _refers(other.change, live.id, step)
    )


def _lets_go(step: Step) -> bool:
    """An update lets go when it is made; a delete and a replace when the old one is removed."""
    return step.phase is (Phase.MAKE if step.change.action is Action.UPDATE else Phase.REMOVE)


def _refers(change: Change, id: str, removed: Step) -> bool:
    if change.live is None or change.live is removed.change.live:
        return False
    spec = change.live.spec
    named = {leaf.address for leaf in leaves(spec, Reference)}
    ids = {leaf.id for leaf in leaves(spec, RemoteId)}
    ids |= {document.file_id for document in change.live.documents.values()}
    return id in ids or removed.change.address in named
