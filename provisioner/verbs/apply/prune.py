"""Delete old releases after an apply, except those that alone record an upload's provenance.

Uploads have no metadata: the provenance of a code interpreter's file is only in the releases that
refer to it. So the files are deleted first, and then the releases that record them. A release whose
files could not be deleted is kept until they can.
"""

from collections.abc import Collection, Sequence
from dataclasses import field

from provisioner.engine.proof import left_for_gc
from provisioner.model.binding import Binding, upload_kind
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import ProviderError
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action
from provisioner.model.provider import Provider, Row
from provisioner.verbs.plan import Planned


def prune(planned: Planned, forgotten: Collection[str]) -> list[Diagnostic]:
    """Delete old releases of ours, if the target has releases. Return warnings.

    A failure here does not fail the apply. `forgotten` are files that stay because others still
    refer to them, so no release has to record them any more. If the plan retains nothing, as a
    destroy does, only the tombstones of deleted assistants are kept.
    """
    from provisioner.providers.releases.provider import ReleasesProvider

    session = planned.session
    provider, owner = session.provider, session.stack.owner
    if not isinstance(provider, ReleasesProvider):
        return []
    binding = next(binding for binding in session.runtime.bindings.values() if binding.history)
    # A release alone never lets these files be deleted, so none has to be kept for their sake.
    unproven = frozenset(found.id for found in planned.live.ours if not found.proven)
    uploads = session.runtime.bindings[upload_kind(session.runtime.bindings)].collection
    settled = frozenset({*_documents(planned), *forgotten})
    provenance = _Provenance(provider, binding, uploads, settled, unproven)
    below = f"{owner.stack}/{owner.environment}"
    try:
        provider.prune(below, session.stack.target.retire_after, provenance.spared)
        for name in [] if planned.retains else _deleted(planned):
            provider.prune(f"{below}/{name}", 0.0, provenance.spared)
    except ProviderError as error:
        return [warning(codes.OLD_RELEASES_KEPT, str(error))]
    return left_for_gc(provenance.unnamed - planned.live.unproven_uploads)


@frozen
class _Provenance:
    """Finds the releases that must be kept because they alone record the provenance of an upload.

    `uploads` is the collection of uploads. `settled` are files whose provenance is recorded
    elsewhere too. `unproven` are files that only releases prove to be ours, which is not enough to
    delete them. `unnamed` are those of them that no release refers to any more.
    """

    provider: Provider
    binding: Binding
    uploads: str
    settled: frozenset[str]
    unproven: frozenset[str] = frozenset()
    unnamed: set[str] = field(default_factory=set)

    def spared(self, going: Sequence[Row], staying: Sequence[Row]) -> list[Row]:
        """Return the releases among `going` that alone record the provenance of an existing file."""
        alone = self._claimed(going) - self._claimed(staying) - self.settled
        self.unnamed.update(alone & self.unproven)
        alone -= self.unproven
        if not alone:
            return []
        # A file that is gone already needs no record, so it keeps no release.
        left = alone & {str(row["id"]) for row in self.provider.list(self.uploads)}
        return [row for row in going if self._claimed([row]) & left]

    def _claimed(self, rows: Sequence[Row]) -> set[str]:
        """Return the ids of the files of which the releases `rows` record the provenance."""
        return {one.file_id for row in rows for one in self.binding.from_wire(row).file_provenance}


def _documents(planned: Planned) -> set[str]:
    """Return the ids of the files in vector stores for which the plan has no change."""
    touched = {change.live.id for change in planned.plan.changes if change.live}
    objects = (*planned.live.objects.values(), *planned.live.surplus)
    bindings = planned.session.runtime.bindings
    stores = [o for o in objects if bindings[o.kind].documents and o.id not in touched]
    return {document.file_id for store in stores for document in store.documents.values()}


def _deleted(planned: Planned) -> list[str]:
    """Return the names of deleted assistants that have releases."""
    bindings = planned.session.runtime.bindings
    gone = (change for change in planned.plan.changes if change.action is Action.DELETE)
    return sorted({c.address.name for c in gone if bindings[c.address.kind].history})
