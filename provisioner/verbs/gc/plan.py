"""Make the plan that deletes leaks: those proven ours at once, those of nobody only when it is saved.

Just before the first delete the account is read and judged again (`_Look`), so that nothing is
deleted that somebody has come to need.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from provisioner.gc.candidates import Candidates, Wanted, candidates, may_go, still_named
from provisioner.gc.changes import changes_of
from provisioner.model.binding import Binding
from provisioner.model.codes import leaks as codes
from provisioner.model.diagnostic import Diagnostic, has_errors, warning
from provisioner.model.errors import ProvisionerError, UsageError
from provisioner.model.frozen import frozen
from provisioner.model.inventory import Inventory
from provisioner.model.leaks import Judgement, Whose
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.runtimes.account import ACCOUNT, binding_of
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.gc.bare import Bare
from provisioner.verbs.gc.quarantine import quarantined
from provisioner.verbs.gc.survey import Surveyed, survey_of, surveyed
from provisioner.verbs.plan import Planned, plan_of

GC = "gc"
IDS, RUNTIME, WITHOUT = "ids", "runtime", "without"
"""The keys of a saved plan's arguments: the objects to delete, the runtime if no Stack names the
target, and the kinds that were not listed."""


@contextmanager
def planned_gc(
    options: RunOptions,
    wanted: Wanted,
    *,
    bare: Bare | None = None,
    saves: bool = False,
    overrides: Overrides = Overrides(),
) -> Iterator[Planned]:
    """Yield a plan that deletes the leaks that are asked for, as far as they may be deleted now.

    Leaks that belong to nobody are in the plan only if `saves` is true, because a person has to
    read each id first. Raises UsageError if nothing is asked for, or for an id that may not be
    deleted.
    """
    if wanted.is_empty:
        detail = "Name conditions with --class, or single objects with --id."
        raise UsageError(Diagnostic(codes.NOTHING_ASKED_FOR, detail))
    with surveyed(options, bare) as found:
        chosen = candidates(found.survey.objects, wanted, found.survey.taken_at)
        told = [*_told(chosen, saves=saves)]
        if wanted.quarantine is not None:
            chosen, notes = quarantined(found, chosen, wanted.quarantine, notes=not saves)
            told += notes
        yield _planned(found, chosen.all if saves else chosen.ours, overrides, told, bare=bare)


@contextmanager
def replanned(
    options: RunOptions, arguments: Mapping[str, Any], overrides: Overrides
) -> Iterator[Planned]:
    """Yield the plan of a saved gc, made again from its arguments.

    If an object of the plan is no leak any more, the plan has a refusal that names it. Raises
    KeyError or ValueError if `arguments` are not those that a saved gc has.
    """
    saved = {str(key): str(condition) for key, condition in dict(arguments[IDS]).items()}
    runtime = str(arguments.get(RUNTIME, ""))
    bare = Bare(runtime, options.base_url, options.api_key_env) if runtime else None
    without = tuple(map(str, arguments.get(WITHOUT, ())))
    with surveyed(replace(options, without=without), bare) as found:
        there = {_key(one): one for one in found.survey.objects}
        chosen = tuple(there[key] for key in saved if key in there)
        planned = _planned(found, chosen, overrides, (), bare=bare)
        # A list that failed has a diagnostic of its own. The objects in it have not changed because of that.
        is_whole = not has_errors(found.survey.diagnostics)
        moved = tuple(_changed(saved, there)) if is_whole else ()
        plan = planned.plan
        yield replace(planned, plan=replace(plan, refusals=(*moved, *plan.refusals)))


def _changed(saved: Mapping[str, str], there: Mapping[str, Judgement]) -> Iterator[Diagnostic]:
    """Yield a refusal for each object of a saved plan that is gone, has changed, or may not be deleted."""
    named = still_named(saved, there.values())
    for key, condition in saved.items():
        now = there.get(key)
        if now is None:
            detail = "The object is gone. Nothing was changed. Plan again."
            yield Diagnostic(codes.NOT_AS_PLANNED, detail, subject=key)
        elif not now.deletable or now.condition.value != condition:
            detail = (
                f"The object was {condition}, and is {now.condition.value} now. {now.proof} Nothing"
                " was changed."
            )
            yield Diagnostic(codes.NOT_AS_PLANNED, f"{detail} Plan again.", subject=key)
        elif not may_go(now) or key in named:
            why = named.get(key, now.proof)
            detail = (
                f"The object is {condition}, and may not be deleted. {why} Nothing was changed."
            )
            yield Diagnostic(codes.NOT_AS_PLANNED, f"{detail} Plan again.", subject=key)


def nobodys(plan: Plan) -> int:
    """Return the number of deleted objects of a plan that nothing proves to be ours."""
    whose = Whose.NOBODY.value
    return sum(c.live is not None and c.live.spec.get("whose") == whose for c in plan.changes)


def _key(one: Judgement) -> str:
    """Return the text that identifies an object in a saved plan: its kind and id."""
    return f"{one.kind} {one.id}"


def _planned(
    found: Surveyed,
    chosen: Sequence[Judgement],
    overrides: Overrides,
    told: Sequence[Diagnostic],
    *,
    bare: Bare | None,
) -> Planned:
    """Return the plan that deletes the chosen objects."""
    session = found.session
    kinds, bindings = _places(session)
    arguments: dict[str, Any] = {IDS: {_key(one): one.condition.value for one in chosen}}
    if bare:
        arguments[RUNTIME] = bare.runtime
    if session.options.without:
        arguments[WITHOUT] = list(session.options.without)
    # The account also has kinds of objects that this runtime does not manage, and gc deletes those.
    wide = replace(
        session,
        runtime=replace(session.runtime, bindings=bindings),
        context=replace(session.context, bindings=bindings),
    )
    planned = plan_of(
        wide,
        GC,
        arguments,
        changes_of(chosen, found.live, kinds, found.rows),
        found.live,
        overrides=overrides,
        diagnostics=(*found.survey.diagnostics, *told),
    )
    rows = {kinds[noun]: rows for noun, rows in found.inventory.rows.items() if noun in kinds}
    look = _Look(session, {_key(one): one for one in chosen})
    return replace(planned, inventory=Inventory(rows), look=look.needed)


def _places(session: Session) -> tuple[dict[str, str], dict[str, Binding]]:
    """Return the kind of each noun, and the bindings of all kinds whose objects may be deleted.

    If this runtime has the kind of a noun for another collection, the noun is left out:
    applications create the objects of that noun, and they are never leaks.
    """
    bindings = dict(session.runtime.bindings)
    kinds: dict[str, str] = {}
    for noun, one in ACCOUNT.listables.items():
        kind, binding = binding_of(one, session.runtime)
        if bindings.setdefault(kind, binding).collection == one.collection:
            kinds[noun] = kind
    return kinds, bindings


def _told(chosen: Candidates, *, saves: bool) -> Iterator[Diagnostic]:
    """Yield warnings about objects that were asked for and are not in the plan."""
    if chosen.nobodys and not saves:
        count = len(chosen.nobodys)
        detail = (
            f"{count} of the objects asked for {'belongs' if count == 1 else 'belong'} to nobody,"
            f" and {'stays' if count == 1 else 'stay'}."
        )
        yield warning(codes.LEFT_TO_A_SAVED_PLAN, detail)
    if chosen.young or chosen.named:
        parts = [f"{chosen.young} younger than asked for"] if chosen.young else []
        parts += [f"{chosen.named} that objects which stay refer to"] if chosen.named else []
        yield warning(codes.LEFT_FOR_NOW, f"{' and '.join(parts)}.")


@frozen
class _Look:
    """Reads an account again, just before the first leak is deleted."""

    session: Session
    chosen: Mapping[str, Judgement]

    def needed(self) -> Mapping[str, str]:
        """Return, by id, why an object is no leak any more.

        Raises ProvisionerError if not everything was read.
        """
        found = survey_of(self.session)
        if has_errors(found.survey.diagnostics):
            raise ProvisionerError(*found.survey.diagnostics)
        there = {_key(one): one for one in found.survey.objects}
        moved = {
            name: why
            for name, one in self.chosen.items()
            if name in there and (why := _moved(one, there[name]))
        }
        named = still_named(self.chosen.keys() - moved.keys(), there.values())
        return {self.chosen[name].id: why for name, why in {**named, **moved}.items()}


def _moved(before: Judgement, now: Judgement) -> str:
    """Return the reason why an object must not be deleted any more; empty if it still may."""
    if not now.deletable or now.condition is not before.condition:
        return f"The object is {now.condition.value} now. {now.proof}"
    if (now.last_active_at or 0.0) > (before.last_active_at or 0.0):
        return "The object was used after the plan was made."
    return ""
