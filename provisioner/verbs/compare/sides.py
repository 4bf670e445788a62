"""Read one side of a comparison: manifests, a live side, or the objects after a run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.comparison import live_documents
from provisioner.engine.records import from_record
from provisioner.engine.sealing import Secrets
from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.comparison import Side
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.errors import ManifestErrors, PlanRefused
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.model.ledger import RunRecord
from provisioner.model.plan import Action, FieldChange
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Desired, Lifecycle, Resource
from provisioner.model.stack import Stack
from provisioner.model.value import same
from provisioner.providers import describe
from provisioner.render.masking import without_credentials, without_secrets
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded
from provisioner.verbs._shared.ledgers import location_of
from provisioner.verbs._shared.session import RunOptions, connected, read
from provisioner.verbs.compare.words import Word
from provisioner.verbs.history import no_ledger, no_such_run


@frozen
class ReadSide:
    """One side that was read: its resources by address, and diagnostics about reading it.

    The values at the addresses in `unknown` are not known.
    """

    side: Side
    resources: Desired
    unknown: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()


def read_side(options: RunOptions, word: Word, *, live: bool) -> ReadSide:
    """Return one side. Requests are sent only if `live` is true.

    Raises ManifestErrors, ProviderError or LedgerError.
    """
    if word.run:
        return _of_run(options, word.run, complete=live)
    options = replace(
        options,
        path=word.folder or options.path,
        environment=None if word.without_environment else (word.environment or options.environment),
        target=word.target or options.target,
    )
    loaded = read(options)
    if loaded.stack is None or has_errors(loaded.diagnostics):
        raise ManifestErrors(loaded.diagnostics)
    told = _told(loaded.stack, options)
    if not live:
        return ReadSide(Side(word.text, told), loaded.desired)
    with connected(options, loaded, loaded.stack) as session:
        found = session.live()
        resources = {
            address: _complete(_resource(address, one, loaded.desired.get(address)), loaded.stack)
            for address, one in found.objects.items()
        }
    return ReadSide(Side(word.text, told, is_live=True), resources, diagnostics=found.diagnostics)


def _told(stack: Stack, options: RunOptions) -> str:
    """Return the words that describe a side: stack, environment, target, host, project and folder."""
    host, project = describe(stack.target, options.environ)
    parts = [f"{stack.name}", f"environment {stack.environment}" if stack.environment else ""]
    parts += [f"target {stack.target.name}", host, f"project {project}" if project else ""]
    parts += [str(options.path)]
    return " · ".join(filter(None, parts))


def _resource(address: Address, found: RemoteObject, declared: Resource | None) -> Resource:
    """Return a live object as a resource, without secrets and with the digests of its documents."""
    documents = live_documents(found)
    protected = bool(found.mark and found.mark.protected)
    spec = _without_secrets(found.spec, declared.spec if declared else {})
    return Resource(address, spec, Lifecycle(prevent_destroy=protected), documents=documents)


def _without_secrets(live: Mapping[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    """Return a live spec in which secrets and possible credentials are masked."""
    return {
        name: without_secrets(FieldChange(name, value, desired[name])).live
        if name in desired
        else without_credentials(value)
        for name, value in live.items()
    }


def _complete(resource: Resource, stack: Stack) -> Resource:
    """Return a resource with the defaults that its target's server fills in.

    A live object has all defaults, so a resource of an earlier run needs them too before the two are
    compared.
    """
    binding = RUNTIMES[stack.target.runtime].bindings.get(resource.address.kind)
    if binding is None:
        return resource
    usual, also = binding.fields.defaults, binding.fields.also_default
    spec = {**usual, **binding.complete(resource.spec)}
    as_usual = {
        name: usual[name] for name in usual if name in also and same(spec[name], also[name])
    }
    return resource.with_spec({**spec, **as_usual})


def _of_run(options: RunOptions, id: str, *, complete: bool) -> ReadSide:
    """Return the recorded values of a stack's objects after a run.

    With `complete`, they have the server's defaults, for a comparison with live objects.
    """
    from provisioner.ledger.opening import ledger_to_read

    loaded = read(options)
    if loaded.stack is None:
        raise ManifestErrors(loaded.diagnostics)
    where = location_of(options, loaded.stack)
    if where is None:
        raise no_ledger()
    with ledger_to_read(where) as opened:
        run = opened.runs.find(id)
        if run is None:
            raise no_such_run(where, id)
        left = opened.runs.left_by(run)
    # The ledger has no secrets. They are taken from the manifests as they are for the environment and
    # the target of the run.
    name = run.owner.rpartition("/")[2]
    environment = name if name in loaded.environments else None
    loaded = read(replace(options, environment=environment, target=run.target))
    resources: dict[Address, Resource] = {}
    unknown: list[str] = []
    for record in left:
        address = Address.parse(record.address)
        restored = _restored(address, record.spec, loaded) if record.spec else None
        if restored is not None:
            stack = loaded.stack if complete else None
            resources[address] = _complete(restored, stack) if stack else restored
        elif record.action not in (Action.DELETE.word, Action.FORGET.word):
            unknown.append(record.address)
    return ReadSide(Side(id, _told_run(run)), resources, frozenset(unknown), _unknown(id, unknown))


def _restored(address: Address, spec: Mapping[str, Any], loaded: Loaded) -> Resource | None:
    """Return a recorded resource; None if it had a secret that the manifests do not have."""
    secrets = Secrets(address, "", gives_missing=False, takes_parts=True)
    try:
        return from_record(address, spec, loaded.desired.get(address), secrets)
    except PlanRefused:
        return None


def _told_run(run: RunRecord) -> str:
    """Return the words that describe a run."""
    return f"{run.owner} · target {run.target} · after {run.holder.verb} by {run.holder.user}"


def _unknown(run: str, addresses: list[str]) -> tuple[Diagnostic, ...]:
    """Return a warning about addresses whose values are not known."""
    if not addresses:
        return ()
    named = ", ".join(addresses[:5]) + (f" and {len(addresses) - 5} more" if addresses[5:] else "")
    detail = (
        f"{named}: the ledger has no values to compare. An earlier version of provisioner applied these, or they"
        f" had a secret that the manifests do not have now. {hint('history', run)} lists its"
        " changes."
    )
    return (Diagnostic(codes.NOT_COMPARED, detail, subject=run),)
