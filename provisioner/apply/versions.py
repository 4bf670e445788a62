"""Changes objects that cannot be updated, such as skills, by adding a version to them.

The new version becomes the default version. Old versions of ours that nothing uses are deleted,
because they would otherwise accumulate.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from provisioner.apply.run import Run, StepFailed
from provisioner.engine.diff import DEFAULT_VERSION
from provisioner.engine.versions import number as count
from provisioner.model.binding import Binding, Versions
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import warning
from provisioner.model.errors import Ambiguous, ProviderError
from provisioner.model.mark import Mark
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject

TRIES: Final = 3
"""The largest number of attempts to add one version, if answers are lost."""
KEPT: Final = 3
"""The number of our newest versions that are never deleted."""


def publish(run: Run, live: RemoteObject, body: Mapping[str, Any], mark: Mark) -> Row:
    """Add a version and make it the default, delete old versions, and return the object.

    After a lost answer, the mark of the object's default version shows if the version was added.
    """
    binding = run.context.bindings[live.kind]
    for attempt in range(TRIES):
        try:
            run.provider.create(_versions(binding).collection, {**body, "default": True}, live.id)
        except Ambiguous:
            # The version may have been added although the answer was lost. A second one would be
            # left over.
            if binding.mark_of(run.provider.get(binding.collection, live.id)) == mark:
                break
            if attempt == TRIES - 1:
                raise
        else:
            break
    row = run.provider.get(binding.collection, live.id)
    # The new version is already in use, so a failure to delete old ones does not fail the change.
    try:
        _prune(run, live, row)
    except ProviderError as error:
        run.emit(warning(codes.OLD_VERSIONS_KEPT, str(error), subject=str(mark.address)))
    return row


def restore(run: Run, live: RemoteObject) -> Row:
    """Make our newest version the default again. No version is added.

    Raises StepFailed if the server answers with success but keeps another default version.
    """
    binding = run.context.bindings[live.kind]
    ours = live.versions.ours if live.versions else ""
    run.provider.update(binding.collection, live.id, {DEFAULT_VERSION: ours})
    row = run.provider.get(binding.collection, live.id)
    if str(row.get(DEFAULT_VERSION)) != ours:
        raise StepFailed(
            f"the server answered with success, but version {row.get(DEFAULT_VERSION)} is still "
            "the default. Apply again"
        )
    return row


def _versions(binding: Binding) -> Versions:
    """Return the description of versions. Raises StepFailed if objects of this kind have none."""
    if binding.versions is None:
        raise StepFailed("objects of this kind have no versions on this target")
    return binding.versions


def _prune(run: Run, live: RemoteObject, row: Row) -> None:
    """Delete our versions, except the KEPT newest, the default, and those to which an object refers."""
    binding = run.context.bindings[live.kind]
    versions = _versions(binding)
    rows = run.provider.list(versions.collection, live.id)
    numbers = sorted((str(r["version"]) for r in rows if _is_ours(run, live, r)), key=count)
    old = [number for number in numbers[:-KEPT] if number != str(row.get("default_version"))]
    if not old:
        return
    named = {
        number
        for kind in _users(run, live.kind)
        for user in run.provider.list(run.context.bindings[kind].collection)
        for number in _named(user, live.id, versions.reference_key)
    }
    for number in old:
        if number not in named:
            run.provider.delete(versions.collection, number, live.id)


def _users(run: Run, kind: str) -> set[str]:
    """Return the kinds that refer to this kind, directly or through another kind."""
    users = {kind}
    while more := {
        name
        for name in run.context.bindings.keys() - users
        if users & set(run.context.kinds[name].references.values())
    }:
        users |= more
    return users - {kind}


def _is_ours(run: Run, live: RemoteObject, row: Row) -> bool:
    mark = run.context.bindings[live.kind].mark_of(row)
    return (
        mark is not None
        and mark.owner == run.owner
        # A version that was published before a renaming has the earlier address.
        and mark.address in (live.address, live.formerly)
    )


def _named(value: Any, id: str, key: str) -> Iterator[str]:
    """Yield the versions of the object `id` to which another object's row refers, at any depth."""
    if isinstance(value, Mapping):
        if value.get(key) == id and value.get("version"):
            yield str(value["version"])
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _named(item, id, key)
