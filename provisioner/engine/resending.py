"""Plans that objects which `--replace` names are sent again, even if they do not differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from provisioner.engine.tracked_fields import NOT_ECHOED
from provisioner.model.address import Address
from provisioner.model.binding import Binding, is_upload
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.hints import hint
from provisioner.model.kind import Kind
from provisioner.model.plan import UNSET, Action, Change, FieldChange
from provisioner.model.value import is_sensitive


def resent(
    changes: Iterable[Change],
    resend: frozenset[Address],
    kinds: Mapping[str, Kind],
    bindings: Mapping[str, Binding],
) -> Iterator[Change]:
    """Yield the changes. Those at the addresses in `resend` become updates or replacements.

    A change becomes an update if the value can be sent again to the existing object: a secret that
    the server never returns, a release, or a version. Any other change becomes a replacement: apply
    makes the new object, fills it, updates the objects that refer to it, and then deletes the old
    one.
    """
    for change in changes:
        kind = change.address.kind
        if change.address not in resend or change.desired is None or change.live is None:
            yield change
        else:
            yield replace(_again(change, kinds[kind], bindings[kind]), resend=True)


def _again(change: Change, kind: Kind, binding: Binding) -> Change:
    names = _resent(change, kind, binding)
    if change.action is Action.REPLACE:
        return change
    if names is None:
        # Running applications may still use the old object, so a later plan deletes it.
        live = change.live and replace(change.live, retained=binding.retires)
        return replace(change, action=Action.REPLACE, documents=(), live=live)
    known = {field.path for field in change.fields}
    fields = [field for name in names if name not in known for field in _field(change, name)]
    return replace(change, action=Action.UPDATE, fields=(*change.fields, *fields))


def _resent(change: Change, kind: Kind, binding: Binding) -> list[str] | None:
    """Return the fields that an update sends again.

    Returns None for a kind whose values can be sent again only by making a new object.
    """
    spec = change.desired.spec if change.desired else {}
    # Each update of such an object publishes all its fields again, as a release or as a version.
    if binding.history or binding.versions:
        # The metadata is sent with every update, because the mark is in it.
        return [name for name in spec if name != "metadata"]
    if kind.secrets:
        return [
            name
            for name in spec
            if name in binding.fields.not_echoed and name not in kind.immutable
        ]
    return None


def _field(change: Change, name: str) -> Iterator[FieldChange]:
    if change.desired is None or change.live is None:
        return
    wanted = change.desired.spec[name]
    there = change.live.spec.get(name, NOT_ECHOED if is_sensitive(wanted) else UNSET)
    yield FieldChange(name, there, wanted, sensitive=is_sensitive(wanted))


def resend_refusals(
    resend: frozenset[Address], changes: Iterable[Change], bindings: Mapping[str, Binding]
) -> list[Diagnostic]:
    """Return a refusal for each address in `resend` that cannot be sent again."""
    live = {change.address for change in changes if change.desired and change.live}
    return [
        Diagnostic(codes.NOT_REPLACEABLE, why, subject=str(address))
        for address in sorted(resend)
        if (why := _why_not(address, live, bindings))
    ]


def _why_not(address: Address, live: set[Address], bindings: Mapping[str, Binding]) -> str:
    if address not in live:
        return (
            "--replace accepts only an address that is declared, selected, and live on this "
            f"target. Run {hint('plan')} without --replace to see what would be created anyway."
        )
    if is_upload(address.kind, bindings):
        return "A File is only uploaded again when its content changes."
    if any(binding.parent == address.kind for binding in bindings.values()):
        return (
            "Other objects are inside of it and would be deleted with it. Replace those one by one."
        )
    return ""
