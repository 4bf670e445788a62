"""Makes the mark of a resource.

The mark is sent in the same request as the fields, so no object of ours ever exists without a mark.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.documents import DOCUMENTS_FIELD, documents_digest
from provisioner.engine.remembered import remembered
from provisioner.engine.tracked_fields import aligned, compared
from provisioner.engine.undeclared import forms_of_entries, raw
from provisioner.engine.unshown import AS_MADE
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import VALUE_LIMIT, VERSION, Applied, Mark, Owner, tracked_key
from provisioner.model.remote import FileProvenance
from provisioner.model.resource import Resource
from provisioner.model.value import Spec, canonical, digest

RUN, FILES = "run", "files"
"""The keys of a mark's settings: values for each run, and records of attached uploads."""


def make_mark(
    resource: Resource,
    kind: Kind,
    binding: Binding,
    owner: Owner,
    *,
    before: Mark | None = None,
    generation: int = 1,
    file_provenance: Iterable[FileProvenance] = (),
    filled: bool = True,
    undeclared: Mapping[str, Applied] | None = None,
) -> Mark:
    """Return the mark that is about to be written for a resource.

    The mark assumes that the server returns each field as it is sent, unless the mark `before`
    records another answer to the same value. `file_provenance` says from which local content the
    attached uploads were made. If a store is not `filled`, its mark has no digest of documents.
    `undeclared` are the digests of values that no manifest sets; if it is None, those of `before`
    stay.
    """
    spec = binding.complete(resource.spec)
    known = before.applied if before else {}
    room = room_for(resource, binding, Mark(owner, resource.address, generation=generation))
    # The mark is sent in the write that sets `updated_at`, so it cannot contain that moment. A new
    # object needs none: nobody has changed it while `updated_at` equals `created_at`.
    moment = AS_MADE if before is None and binding.fields.dates_our_writes(spec) else None
    entries = raw(before) if undeclared is None else undeclared
    beside = forms_of_entries(entries, moment=moment)
    applied = remembered(
        spec, binding.fields.echoed(spec), kind, binding, before=known, room=room, beside=beside
    )
    if binding.documents and filled:
        files = documents_digest(resource.documents)
        applied[tracked_key(DOCUMENTS_FIELD)] = Applied(files, files)
    return Mark(
        owner,
        resource.address,
        applied=applied,
        settings=_settings(resource.spec, binding, file_provenance),
        generation=generation,
        protected=resource.lifecycle.prevent_destroy,
    )


def renewed(mark: Mark, resource: Resource, live: Spec, kind: Kind, binding: Binding) -> Mark:
    """Return a mark of an earlier version with its digests computed as in the current version.

    The mark may record that the server stores a value in another form than it was sent. Without
    this step an update of other fields would lose that record. The same is done if the mark may
    have digests of addresses that were renamed later.
    """
    if mark.version >= VERSION and not mark.formerly:
        return mark
    tracked_fields = compared(
        binding.complete(resource.spec),
        binding.complete(aligned(live, resource.spec)),
        kind,
        binding,
        mark,
    )
    known = {
        tracked_key(tracked.path): tracked.comparer.renewed(
            tracked.applied, tracked.desired, tracked.live
        )
        for tracked in tracked_fields
        if tracked.applied is not None
    }
    return replace(mark, applied={**mark.applied, **known}, version=VERSION)


def room_for(resource: Resource, binding: Binding, mark: Mark) -> int:
    """Return the number of characters that the digests of a mark may take."""
    return binding.mark_location.room(resource.spec, mark) if binding.mark_location else VALUE_LIMIT


def _settings(
    spec: Spec, binding: Binding, file_provenance: Iterable[FileProvenance]
) -> Mapping[str, Any]:
    # The live object cannot have these fields. Whoever runs the assistant reads them in its mark.
    run = {name: spec[name] for name in sorted(binding.fields.per_run) if name in spec}
    settings: dict[str, Any] = {RUN: run} if run else {}
    files = [
        # A value of metadata may have 512 characters, so only parts of the digest and of the id are
        # stored. The end of an id is used because all ids begin alike.
        (provenance.address.name, provenance.sha256[:12], provenance.file_id[-6:])
        for provenance in file_provenance
    ]
    if files:
        settings[FILES] = [":".join(entry) for entry in sorted(files)]
        if len(canonical(settings)) > VALUE_LIMIT:
            settings[FILES] = [f"~{digest(name)}:{s[:8]}:{i[-4:]}" for name, s, i in sorted(files)]
    return settings
