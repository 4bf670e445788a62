"""Orders steps: referred-to objects are made first and removed last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from provisioner.engine.references import structural
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change


class Phase(StrEnum):
    MAKE = "make"
    REMOVE = "remove"


@frozen
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
    """Return the steps of a plan's changes, in no order."""
    found: list[Step] = []
    for change in changes:
        if change.action in (Action.CREATE, Action.UPDATE, Action.REPLACE):
            found.append(Step(change, Phase.MAKE))
        if change.action in (Action.DELETE, Action.REPLACE, Action.FORGET):
            found.append(Step(change, Phase.REMOVE))
    return found


def graph(all_steps: Iterable[Step]) -> Mapping[StepKey, frozenset[StepKey]]:
    """Return each step with the steps that must have succeeded before it.

    A step that makes waits for what its desired side refers to. A step that removes waits for
    everybody whose live side referred to the object, and for its own successor.
    """
    all_steps = list(all_steps)
    makes = {step.change.address: step.key for step in all_steps if step.phase is Phase.MAKE}
    letting_go = _letting_go(all_steps)
    needs = {}
    for step in all_steps:
        if step.phase is Phase.MAKE:
            needed = _made_first(step.change, makes)
        else:
            address, _, id = step.key
            # A remove of an address that is also made is the second half of a replace:
            # never before the first.
            needed = {makes[address]} if address in makes else set()
            # Others may name it by its address or by its id, whichever their manifests could know.
            needed |= letting_go[address] | letting_go[id]
        needs[step.key] = frozenset(needed - {step.key})
    return needs


def _made_first(change: Change, makes: Mapping[Address, StepKey]) -> set[StepKey]:
    return {makes[a] for a in (change.desired.references if change.desired else ()) if a in makes}


def _letting_go(all_steps: Iterable[Step]) -> Mapping[Address | str, set[StepKey]]:
    """Return, by address and id, the steps after which a live object no longer refers to it.

    An update lets go when it is made; a delete and a replace when the old one is removed.
    """
    found: dict[Address | str, set[StepKey]] = defaultdict(set)
    for step in all_steps:
        phase = Phase.MAKE if step.change.action is Action.UPDATE else Phase.REMOVE
        if step.phase is phase and step.change.live:
            # References in known fields never form a circle. Ids found anywhere in a row might.
            for name in structural(step.change.live):
                found[name].add(step.key)
    return found
