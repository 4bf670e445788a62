"""Performs one step of an apply: it creates, changes or removes a file, a store or another object."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from provisioner.apply.documents import Filling
from provisioner.apply.exactly import write_digests, write_exactly
from provisioner.apply.objects import carried, create, delete, forget, remember, update
from provisioner.apply.recheck import Recheck
from provisioner.apply.run import Run, StepFailed
from provisioner.apply.uploads import Uploads
from provisioner.engine.order import Phase, Step
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.resource import Resource


@frozen
class Steps:
    """The work of each step.

    Every method returns the id of the live object, or raises StepFailed.
    """

    run: Run
    uploads: Uploads
    recheck: Recheck

    def do(self, step: Step) -> str:
        """Perform one step and return the id of the live object."""
        change = step.change
        if change.blocked:
            raise StepFailed(change.blocked)
        if change.exact and change.desired is None:
            return write_exactly(self.run, change, change.exact)
        id = self._do(step)
        if change.exact:
            write_digests(self.run, change.address, id, change.exact)
        return id

    def _do(self, step: Step) -> str:
        change = step.change
        if step.phase is Phase.REMOVE:
            return self._remove(change)
        binding = self.run.binding(change.address)
        if binding.is_upload:
            return self._make_file(change)
        if binding.documents:
            return self._make_store(change)
        return self._make_object(change)

    def _make_file(self, change: Change) -> str:
        documents = list(change.desired.documents.values()) if change.desired else []
        # With its source, `obtain` would ask for the id of the very File that this step uploads.
        id = self.uploads.obtain(replace(documents[0], source=None), used=set())
        self.run.learn(change.address, id)
        return id

    def _make_object(self, change: Change) -> str:
        if change.desired is None:
            raise StepFailed("the change has no desired side")
        if change.action is Action.UPDATE:
            update(self.run, change)
        else:
            # The files must be recorded as used, or the sweep at the end would delete the new
            # uploads.
            create(self.run, change.desired, generation=next_generation(change))
        self.run.keep(provenance.file_id for provenance in self.run.file_provenance(change.desired))
        return self.run.id_of(change.address)

    def _make_store(self, change: Change) -> str:
        resource = change.desired
        if resource is None:
            raise StepFailed("the change has no desired side")
        if change.action is Action.UPDATE:
            return self._update_store(change, resource)
        generation = next_generation(change)
        # The mark of a new store says that it is filled only after its documents are ingested, so
        # that a run that is killed in between is seen by the next plan.
        row = create(self.run, resource, generation=generation, filled=not resource.documents)
        id = str(row["id"])
        if resource.documents:
            Filling(self.run, self.uploads, change, resource, id).everything()
            remember(self.run, resource, id, row.get("metadata") or {}, generation)
        self.run.learn(change.address, id)
        return id

    def _update_store(self, change: Change, resource: Resource) -> str:
        id = self.run.id_of(change.address)
        metadata: Mapping[str, Any] = carried(change)
        if change.fields:
            row = update(self.run, change, filled=not change.documents)
            metadata = row.get("metadata") or metadata
        if change.documents:
            Filling(self.run, self.uploads, change, resource, id).changes(change.documents)
            generation = change.live.mark.generation if change.live and change.live.mark else 1
            remember(self.run, resource, id, metadata, generation)
        return id

    def _remove(self, change: Change) -> str:
        if change.live is None:
            raise StepFailed("the change has no live object to remove")
        if change.live.retained:
            # A running application may still use the old object. A later plan deletes it.
            return change.live.id
        if change.action is Action.FORGET:
            forget(self.run, change.live)
            return change.live.id
        # Only the plan of `gc` has leaks. Each is judged anew from the whole account.
        if self.run.look is not None:
            if why := self.recheck.need(change.live.id):
                raise StepFailed(f"it is no longer a leak, so it is kept. {why}")
            # Each file of a store has a judgement of its own, so none is deleted with the store.
            delete(self.run, replace(change.live, documents={}, surplus_documents=()))
        # Files are deleted at the end, when it is known which of them are still used.
        elif self.run.binding(change.address).is_upload:
            self.run.loose([change.live.id])
        elif change.reason is Reason.RETIRED and self.uploads.is_published(change.live.id):
            raise StepFailed(
                "a release refers to it again, because somebody rolled back meanwhile. Plan again"
            )
        elif referrer := self.recheck.referrer(change.live.id):
            raise StepFailed(f"{referrer} refers to it now, so it is kept. Plan again")
        else:
            delete(self.run, change.live)
        return change.live.id


def next_generation(change: Change) -> int:
    """Return the generation of the object that a change creates."""
    mark = change.live.mark if change.live else None
    return mark.generation + 1 if mark else 1
