"""Reads the object of a receipt as it was before it was deleted."""

from collections.abc import Mapping
from dataclasses import replace

from provisioner.engine.live_objects import as_object
from provisioner.engine.odd import FAILURES
from provisioner.engine.receipts import is_masked
from provisioner.engine.restored_documents import OBJECT, UNREAD
from provisioner.model.binding import Binding
from provisioner.model.ledger import Receipt
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import is_sensitive


class CannotRestore(Exception):
    """The reason why an object cannot be created again, as a sentence."""


def as_it_was(receipt: Receipt, declared: Resource | None, binding: Binding) -> RemoteObject:
    """Return a deleted object as it was before, with its secrets from the manifests.

    `declared` is the resource that the manifests have at its address, None if they have none. Raises
    CannotRestore if the receipt and the manifests do not have all of the object.
    """
    row = receipt.configuration.get(OBJECT)
    if not isinstance(row, Mapping):
        why = receipt.configuration.get(UNREAD, "nothing is known of it")
        raise CannotRestore(f"it could not be read before it was deleted: {why}")
    if binding.versions:
        raise CannotRestore("its content is in its versions, which receipts do not contain.")
    try:
        mark = binding.mark_of(row)
        found = as_object(receipt.kind, row, mark, binding)
    except FAILURES as error:
        raise CannotRestore(f"its row could not be read ({type(error).__name__}).") from error
    missing = [
        name for name, value in found.spec.items() if is_masked(value) or is_sensitive(value)
    ]
    # A field that the server never returns is a secret, so the receipt lacks it. A field that the
    # server returns only with the documents of a store is not a secret.
    missing += [
        name
        for name in sorted(binding.fields.not_echoed - found.spec.keys())
        if binding.documents is None and mark and mark.of(name)
    ]
    spec = dict(found.spec)
    for name in missing:
        if declared is None or name not in declared.spec:
            raise CannotRestore(
                f"{name} contained a secret, which receipts do not store. Restore its "
                "manifest, then apply creates it again."
            )
        spec[name] = declared.spec[name]
    return replace(found, spec=spec)
