"""Which mark goes with a resource: what is written beside its fields, in the same request."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.documents import UNIT, documents_digest
from provisioner.engine.undeclared import forms_of, raw
from provisioner.engine.units import aligned, compared, remembered
from provisioner.engine.unshown import AS_MADE
from provisioner.model.kind import Form, Kind
from provisioner.model.mark import VALUE_LIMIT, VERSION, Applied, Mark, Owner, unit_key
from provisioner.model.remote import Claim
from provisioner.model.resource import Resource
from provisioner.model.value import Spec, canonical, digest

RUN, FILES = "run", "files"


def make_mark(
    resource: Resource,
    kind: Kind,
    form: Form,
    owner: Owner,
    *,
    before: Mark | None = None,
    generation: int = 1,
    claims: Iterable[Claim] = (),
    filled: bool = True,
    undeclared: Mapping[str, Applied] | None = None,
) -> Mark:
    """The mark of a resource as it is about to be written.

    What is sent is taken for what will be returned, unless the mark `before` knows better.
    `claims` say which local content the attached files hold. A store that is not `filled` does not
    remember its documents yet. `undeclared` are the entries of values that no manifest sets; where
    it is None, those of `before` stay.
    """
    spec = form.complete(resource.spec)
    known = before.applied if before else {}
    room = room_for(resource, form, Mark(owner, resource.address, generation=generation))
    moment = AS_MADE if before is None and form.dated(spec) else None
    entries = raw(before) if undeclared is None else undeclared
    beside = forms_of(entries, moment=moment)
    applied = remembered(spec, form.shown(spec), kind, form, before=known, room=room, beside=beside)
    if kind.name == "vector_store" and filled:
        files = documents_digest(resource.documents)
        applied[unit_key(UNIT)] = Applied(files, files)
    return Mark(
        owner,
        resource.address,
        applied=applied,
        settings=_settings(resource.spec, form, claims),
        generation=generation,
        protected=resource.lifecycle.prevent_destroy,
    )


def renewed(mark: Mark, resource: Resource, live: Spec, kind: Kind, form: Form) -> Mark:
    """A mark of an earlier version with what it recorded in the digests of today.

    So what a server keeps otherwise than sent stays known when other fields are updated. The same
    is done where the mark may have recorded addresses that were renamed since.
    """
    if mark.version >= VERSION and not mark.formerly:
        return mark
    units = compared(
        form.complete(resource.spec), form.complete(aligned(live, resource.spec)), kind, form, mark
    )
    known = {
        unit_key(unit.path): unit.judging.renewed(unit.applied, unit.desired, unit.live)
        for unit in units
        if unit.applied is not None
    }
    return replace(mark, applied={**mark.applied, **known}, version=VERSION)


def room_for(resource: Resource, form: Form, mark: Mark) -> int:
    """How many characters the digests of a mark may take."""
    return form.carrier.room(resource.spec, mark) if form.carrier else VALUE_LIMIT


def _settings(spec: Spec, form: Form, claims: Iterable[Claim]) -> Mapping[str, Any]:
    run = {name: spec[name] for name in sorted(form.per_run) if name in spec}
    settings: dict[str, Any] = {RUN: run} if run else {}
    files = [(claim.address.name, claim.sha256[:12], claim.file_id[-6:]) for claim in claims]
    if files:
        settings[FILES] = [":".join(entry) for entry in sorted(files)]
        if len(canonical(settings)) > VALUE_LIMIT:
            settings[FILES] = [f"~{digest(name)}:{s[:8]}:{i[-4:]}" for name, s, i in sorted(files)]
    return settings
