"""Downloads the live files of objects such as skills, so that a plan can show what changes in them.

No list contains these files. They are only shown: the plan has already decided by the digests in
the marks what changes, and why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from provisioner.engine.tracked_fields import NOT_ECHOED
from provisioner.model import paths
from provisioner.model.binding import Binding
from provisioner.model.errors import ProviderError
from provisioner.model.plan import UNSET, Action, Change, FieldChange, Plan
from provisioner.model.provider import Provider
from provisioner.model.value import Content, Placeholder, same


def with_archived_texts(plan: Plan, provider: Provider, bindings: Mapping[str, Binding]) -> Plan:
    """Return the plan with the live content of the files that it changes.

    It sends one request for each changed object. If that request fails, the object's change stays
    as it was.
    """
    changes = tuple(
        _shown(change, provider, bindings[change.address.kind]) for change in plan.changes
    )
    return replace(plan, changes=changes)


def _shown(change: Change, provider: Provider, binding: Binding) -> Change:
    unseen = [field for field in change.fields if isinstance(field.live, Placeholder)]
    versions = binding.versions
    if not (versions and unseen and change.action is Action.UPDATE):
        return change
    if change.desired is None or change.live is None:
        return change
    try:
        archive = provider.content(change.live.id, versions.archive)
    except ProviderError:
        # The files only help reviewers, so a plan does not fail because of them.
        return change
    there = versions.unpacked(archive, change.desired.spec)
    fields = [shown for field in change.fields for shown in _fields(field, there, change)]
    return replace(change, fields=tuple(fields))


def _fields(
    field: FieldChange, there: Mapping[str, Content], change: Change
) -> Iterator[FieldChange]:
    """Yield a changed field with its live value.

    For a field that has several files, one change is yielded for each file that differs.
    """
    wanted = change.desired.spec.get(paths.parse(field.path)[0]) if change.desired else None
    if not isinstance(field.live, Placeholder) or not isinstance(wanted, Mapping):
        yield field
        return
    name, *rest = paths.parse(field.path)
    # The path of a single file ends in the key of that file: `files[guide.md]`.
    if rest:
        yield replace(field, live=there.get(rest[0], field.live))
        return
    # Without any live value every file must be compared. Else the changed files have fields of
    # their own, and only the deleted files are missing.
    everything = field.live is NOT_ECHOED
    keys = sorted({*wanted, *there} if everything else there.keys() - wanted.keys())
    sides = {key: (there.get(key, UNSET), wanted.get(key, UNSET)) for key in keys}
    found = {key: pair for key, pair in sides.items() if UNSET in pair or not same(*pair)}
    if not (there and found):
        yield field
    for key, (live, desired) in found.items() if there else ():
        path = paths.render((name, key), ((name,),))
        yield replace(field, path=path, live=live, desired=desired)
