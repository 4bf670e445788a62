"""The two sides of a move, read: what stands there, what would go, and what stands against it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.drift import drifted
from provisioner.engine.guard import drift_refusals, refusals
from provisioner.engine.migration import (
    Retirement,
    retirement,
    stranded,
    taken_along,
    trespasses,
)
from provisioner.engine.plan import make_plan
from provisioner.kinds import CONVERSATIONAL
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import NoSuchApi, ProviderError, ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change, Plan
from provisioner.model.remote import Live
from provisioner.model.stack import Guards
from provisioner.verbs._shared.session import Session
from provisioner.verbs.apply.run import ALL, MIGRATE
from provisioner.verbs.migrate.report import Loads
from provisioner.verbs.plan import Planned, plan_against


@frozen
class MigrationSessions:
    """Two open sessions: `source` is left, `target` is to be lived on."""

    both: Loads
    source: Session
    target: Session
    overrides: Overrides = Overrides()
    keep_source: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        """What the move was asked for, as JSON data."""
        return {
            "from": self.source_name,
            "to": self.target_name,
            "select": list(self.both.select),
            "keep_source": self.keep_source,
            "accept_undeclared": self.overrides.accept_undeclared,
        }

    @property
    def source_name(self) -> str:
        return self.source.stack.target.name

    @property
    def target_name(self) -> str:
        return self.target.stack.target.name

    def read_source(self) -> tuple[Live | None, tuple[Diagnostic, ...]]:
        """What stands there; None, and a word about it, where the host says that its API is gone.

        No other failure is taken for that: what cannot be read now may still be there.
        """
        try:
            return self.look(), ()
        except NoSuchApi as error:
            if self._has_assistants():
                raise
            said = error.diagnostics[0]
            return None, (
                warning(
                    codes.SOURCE_GONE, f"{said.summary}. {said.detail}", subject=self.source_name
                ),
            )
        except ProviderError as error:
            raise ProvisionerError(*error.diagnostics, self._unread()) from error

    def look(self, before: Live | None = None) -> Live:
        """What stands there now, with the files that only `before` can name."""
        live = self.source.live()
        known = {o.id for o in (*live.objects.values(), *live.surplus)}
        told = (*before.objects.values(), *before.surplus) if before else ()
        files = {o.id: o for o in told if o.id in live.file_names}
        more = tuple(file for id, file in files.items() if id not in known)
        return replace(live, surplus=(*live.surplus, *more))

    def _has_assistants(self) -> bool:
        try:
            self.source.provider.list(self.source.runtime.bindings[CONVERSATIONAL.name].collection)
        except NoSuchApi:
            return False
        return True

    def _unread(self) -> Diagnostic:
        return Diagnostic(
            codes.SOURCE_UNREAD,
            "Nothing was changed. If it is gone for good, there is nothing to compare with and "
            f"nothing to retire: {hint('apply', '--target', self.target_name)}.",
            subject=self.source_name,
        )

    def plan_target(self, before: Live | None) -> Planned:
        """The plan that makes all that moves. What serves both sides of one account is taken along.

        Its refusals are the guards of the new side.
        """
        session = self.target
        live = session.live()
        if before and self.both.one_account:
            markless = {
                k
                for k, binding in session.runtime.bindings.items()
                if binding.mark_location is None
            }
            live = taken_along(session.desired, before, live, markless)
        made = plan_against(session, session.desired, live, self.both.chosen, self.overrides)
        return replace(made, plan=replace(made.plan, verb=MIGRATE, arguments=self.arguments))

    def what_goes(self, before: Live, here: Live) -> Retirement:
        """What of the left side goes once everything lives here; nothing where it is kept."""
        if self.keep_source:
            return Retirement()
        named = self._named(before)
        one_account = self.both.one_account
        kinds = self.source.context.kinds
        return retirement(self.both.chosen, before, here, named, kinds, one_account=one_account)

    def retiring(self, changes: Iterable[Change], refusals: Iterable[Diagnostic] = ()) -> Plan:
        """These changes as a plan of the left side, with what stands against it."""
        return replace(
            make_plan(self.source.context, {}, Live()),
            root=os.path.relpath(self.source.stack.root),
            changes=tuple(changes),
            refusals=tuple(refusals),
            verb=MIGRATE,
            arguments=self.arguments,
        )

    def drift(self, before: Live) -> Plan:
        """What people changed on the left side, as `drift` shows it."""
        changes = (drifted(change) for change in self._pending(before))
        return self.retiring(filter(None, changes))

    def _pending(self, before: Live) -> tuple[Change, ...]:
        """What an apply to the left side would do to what moves."""
        context, desired = self.source.context, self.source.desired
        return make_plan(context, desired, before, chosen=self.both.chosen).changes

    def against_leaving(
        self, before: Live, planned: Planned, goes: Retirement, drift: Plan
    ) -> Iterator[Diagnostic]:
        """What stands against leaving the other side, before anything is made."""
        yield from trespasses(planned.plan.changes, before)
        if not self.overrides.overwrite_drift:
            here = {c.live.id for c in planned.plan.changes if c.drifts and c.live}
            moved = [c for c in drift.changes if not (c.live and c.live.id in here)]
            yield from map(self._as_drift, drift_refusals(moved))
        yield from self.against_retiring(before, goes)

    def against_retiring(self, before: Live, goes: Retirement) -> Iterator[Diagnostic]:
        """The guards of the side that is left, which hold for what goes there."""
        yield from stranded(goes, self.both.chosen, self.source.context.kinds)
        for one in refusals(goes.changes, before, Guards(ALL), self.overrides.unprotect):
            yield replace(one, detail=f"{one.detail} Or let it live on both sides: --keep-source.")

    def _as_drift(self, one: Diagnostic) -> Diagnostic:
        paths = one.detail.partition(" moved there ")[0]
        return replace(
            one,
            detail=f"{paths} moved on {self.source_name}, so {self.target_name} would get something else than people have "
            "now. Put it into the manifest, or leave it behind: --overwrite-drift.",
        )

    def notes(self, before: Live, goes: Retirement) -> Iterator[Diagnostic]:
        """What is to be known before one agrees."""
        for change in self._pending(before):
            if change.action in (Action.UPDATE, Action.REPLACE) and not change.drifts:
                paths = [f.path for f in change.fields]
                paths += [f"files[{document.path}]" for document in change.documents]
                yield warning(
                    codes.SOURCE_BEHIND,
                    f"{', '.join(paths[:5])}{' …' if paths[5:] else ''}: {self.target_name} gets what the "
                    "manifest says.",
                    change.desired.origin if change.desired else None,
                    str(change.address),
                )
        for change in goes.changes:
            if change.live and (strangers := change.live.foreign_documents):
                yield warning(
                    codes.FOREIGN_DOCUMENTS,
                    f"Somebody attached files to {change.live.id} on {self.source_name}. They do not move "
                    f"along, and stay there as files ({len(strangers)}): "
                    f"{', '.join(strangers[:5])}.",
                    subject=str(change.address),
                )

    @staticmethod
    def _named(before: Live) -> dict[str, str]:
        """Ids of ours that something else there names, and what: foreign objects, kept releases."""
        ours = {o.id for o in before.ours}
        named: dict[str, str] = {}
        for one in (*before.foreign, *before.elsewhere, *before.bystanders, *before.releases):
            for name in sorted(one.refers_to & ours):
                named.setdefault(name, one.id)
        return named
