"""Read the source and the target of a migration, and make its plans and refusals."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.drift import drifted
from provisioner.engine.guard import drift_refusals, drifted_paths, refusals
from provisioner.engine.migration import (
    Retirement,
    retirement,
    stranded,
    taken_along,
    used_by_source,
)
from provisioner.engine.plan import make_plan
from provisioner.kinds import CONVERSATIONAL
from provisioner.model.codes import moves as codes
from provisioner.model.codes.registries import SORTED_PROPERTIES
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
from provisioner.verbs.migrate.report import MigrationManifests
from provisioner.verbs.plan import Planned, plan_against


@frozen
class MigrationSessions:
    """Two open sessions: assistants migrate from `source` to `target`."""

    both: MigrationManifests
    source: Session
    target: Session
    overrides: Overrides = Overrides()
    keep_source: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the migration, as JSON data."""
        return {
            "from": self.source_name,
            "to": self.target_name,
            "select": list(self.both.select),
            "keep_source": self.keep_source,
            "accept_undeclared": self.overrides.accept_undeclared,
        }

    @property
    def source_name(self) -> str:
        """The name of the source in the Stack."""
        return self.source.stack.target.name

    @property
    def target_name(self) -> str:
        """The name of the target in the Stack."""
        return self.target.stack.target.name

    def read_source(self) -> tuple[Live | None, tuple[Diagnostic, ...]]:
        """Return the live objects of the source, and diagnostics about reading it.

        The objects are None if the host says that its API is gone. Any other failure raises the
        error, because objects that cannot be read now may still exist.
        """
        try:
            return self.source_live(), ()
        except NoSuchApi as error:
            # If one API is gone and assistants are still listed, they may be in use.
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

    def source_live(self, before: Live | None = None) -> Live:
        """Return the live objects of the source, and files of an earlier reading that still exist."""
        live = self.source.live()
        # Files carry no mark. Once the objects that recorded their owner are deleted, only the earlier
        # reading shows that they are ours.
        known = {o.id for o in (*live.objects.values(), *live.surplus)}
        told = (*before.objects.values(), *before.surplus) if before else ()
        files = {o.id: o for o in told if o.id in live.file_names}
        more = tuple(file for id, file in files.items() if id not in known)
        return replace(live, surplus=(*live.surplus, *more))

    def _has_assistants(self) -> bool:
        """Return true if the source still lists assistants."""
        try:
            self.source.provider.list(self.source.runtime.bindings[CONVERSATIONAL.name].collection)
        except NoSuchApi:
            return False
        return True

    def _unread(self) -> Diagnostic:
        """Return the diagnostic that the source could not be read."""
        return Diagnostic(
            codes.SOURCE_UNREAD,
            "Nothing was changed. If the source is gone for good, there is nothing to compare with and "
            f"nothing to delete: {hint('apply', '--target', self.target_name)}.",
            subject=self.source_name,
        )

    def plan_target(self, before: Live | None) -> Planned:
        """Return the plan that creates everything on the target, with the refusals of its guards.

        Objects of a shared account that serve both targets are used again.
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

    def retirement(self, before: Live, target: Live) -> Retirement:
        """Return the deletes on the source that follow when everything is live on the target.

        With --keep-source there are none.
        """
        if self.keep_source:
            return Retirement()
        named = self._named(before)
        one_account = self.both.one_account
        kinds = self.source.context.kinds
        return retirement(self.both.chosen, before, target, named, kinds, one_account=one_account)

    def retirement_plan(
        self, changes: Iterable[Change], refusals: Iterable[Diagnostic] = ()
    ) -> Plan:
        """Return these changes as a plan of the source, with its refusals."""
        return replace(
            make_plan(self.source.context, {}, Live()),
            root=os.path.relpath(self.source.stack.root),
            changes=tuple(changes),
            refusals=tuple(refusals),
            verb=MIGRATE,
            arguments=self.arguments,
        )

    def drift(self, before: Live) -> Plan:
        """Return the changes that people made on the source, as `drift` shows them."""
        changes = (drifted(change) for change in self._plan_of_source(before).changes)
        return self.retirement_plan(filter(None, changes))

    def _plan_of_source(self, before: Live) -> Plan:
        """Return the plan of an apply to the source, of the resources that migrate."""
        context, desired = self.source.context, self.source.desired
        return make_plan(context, desired, before, chosen=self.both.chosen)

    def refusals_to_migrate(
        self, before: Live, planned: Planned, goes: Retirement, drift: Plan
    ) -> Iterator[Diagnostic]:
        """Yield the refusals that stop the migration before anything is created."""
        yield from used_by_source(planned.plan.changes, before)
        if not self.overrides.overwrite_drift:
            target = {c.live.id for c in planned.plan.changes if c.drifts and c.live}
            moved = [c for c in drift.changes if not (c.live and c.live.id in target)]
            for change in moved:
                yield from (self._as_drift(one, change) for one in drift_refusals([change]))
        yield from self.refusals_to_retire(before, goes)

    def refusals_to_retire(self, before: Live, goes: Retirement) -> Iterator[Diagnostic]:
        """Yield the refusals of the source's guards to delete the migrated objects there."""
        yield from stranded(goes, self.both.chosen, self.source.context.kinds)
        # A migration deletes all that it moved, so the bound on the share of deletions is lifted.
        for one in refusals(goes.changes, before, Guards(ALL), self.overrides.unprotect):
            yield replace(one, detail=f"{one.detail} Or keep it on both targets: --keep-source.")

    def _as_drift(self, one: Diagnostic, change: Change) -> Diagnostic:
        """Return the refusal of a change made by hand, in the words of a migration."""
        return replace(
            one,
            detail=f"Somebody changed {drifted_paths(change)} on {self.source_name}, so"
            f" {self.target_name} would not get the present values. Write them into the manifest, or"
            " leave them behind: --overwrite-drift.",
        )

    def notes(self, before: Live, goes: Retirement) -> Iterator[Diagnostic]:
        """Yield what a reviewer has to read before agreeing to the migration."""
        plan = self._plan_of_source(before)
        yield from (one for one in plan.diagnostics if one.code == SORTED_PROPERTIES)
        for change in plan.changes:
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
                    f"Somebody attached files to {change.live.id} on {self.source_name}. They do not migrate, "
                    f"and stay there. Files: {len(strangers)}, such as {', '.join(strangers[:5])}.",
                    subject=str(change.address),
                )

    @staticmethod
    def _named(before: Live) -> dict[str, str]:
        """Return our ids on the source that something else refers to, each with the id of the referrer.

        Referrers are foreign objects, objects of other owners, bystanders and kept releases.
        """
        ours = {o.id for o in before.ours}
        named: dict[str, str] = {}
        for one in (*before.foreign, *before.elsewhere, *before.bystanders, *before.releases):
            for name in sorted(one.refers_to & ours):
                named.setdefault(name, one.id)
        return named
