"""Orders the steps of a plan: an object is created after, and removed before, those it refers to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from provisioner.engine.references import structural
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change


class Phase(StrEnum):
    """The part of a change that a step performs: to write an object, or to remove one."""

    MAKE = "make"
    REMOVE = "remove"


@frozen
class Step:
    """One step of a change. Only a replace has two, because other steps must run between them."""

    change: Change
    phase: Phase

    @property
    def key(self) -> tuple[Address, Phase, str]:
        live = self.change.live
        return self.change.address, self.phase, live.id if live else ""


StepKey = tuple[Address, Phase, str]


def steps(changes: Iterable[Change]) -> list[Step]:
    """Return the steps of a plan's changes, in no particular order."""
    found: list[Step] = []
    for change in changes:
        if change.action in (Action.CREATE, Action.UPDATE, Action.REPLACE):
            found.append(Step(change, Phase.MAKE))
        if change.action in (Action.DELETE, Action.REPLACE, Action.FORGET):
            found.append(Step(change, Phase.REMOVE))
    return found


def graph(all_steps: Iterable[Step]) -> Mapping[StepKey, frozenset[StepKey]]:
    """Return each step with the steps that must have succeeded before it.

    A step that makes an object needs the objects to which its desired side refers. A step that
    removes an object needs the steps after which no live object refers to it any more; in a replace
    it also needs the step that makes the new object.
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
            # If the address is also made, this is the second half of a replace, and it must run
            # after the first.
            needed = {makes[address]} if address in makes else set()
            # A spec has the address of a managed object, but the id of a borrowed one.
            needed |= letting_go[address] | letting_go[id]
        needs[step.key] = frozenset(needed - {step.key})
    return needs


def _made_first(change: Change, makes: Mapping[Address, StepKey]) -> set[StepKey]:
    return {makes[a] for a in (change.desired.references if change.desired else ()) if a in makes}


def _letting_go(all_steps: Iterable[Step]) -> Mapping[Address | str, set[StepKey]]:
    """Return, by address and by id, the steps after which a reference to that object has ended.

    An update ends the references of its live object when it is sent. A delete and a replace end
    them when they remove the old object.
    """
    found: dict[Address | str, set[StepKey]] = defaultdict(set)
    for step in all_steps:
        phase = Phase.MAKE if step.change.action is Action.UPDATE else Phase.REMOVE
        if step.phase is phase and step.change.live:
            # Only references in known fields count. They never form a circle. Ids that happen to
            # occur elsewhere in a row might form one, and then no step could start.
            for name in structural(step.change.live):
                found[name].add(step.key)
    return found
