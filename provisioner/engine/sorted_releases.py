"""Finds releases of version 0.1.0, which sorted the properties of their schemas."""

from collections.abc import Iterable

from provisioner.model.codes import registries as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.plan import Change, Reason
from provisioner.model.schemas import ORDERED, Schemas, orders
from provisioner.model.value import Spec


def sorted_before(changes: Iterable[Change], schemas: dict[str, Schemas]) -> list[Diagnostic]:
    """Return one warning that lists the releases whose properties apply will put in order, if any."""
    names = [str(change.address) for change in changes if _is_sorted(change, schemas)]
    if not names:
        return []
    detail = (
        f"{', '.join(names)}: an earlier version of provisioner sorted the properties of their "
        "schemas, but models write in the order of the properties. Apply publishes them in the "
        "order of the manifests."
    )
    return [warning(codes.SORTED_PROPERTIES, detail)]


def _is_sorted(change: Change, schemas: dict[str, Schemas]) -> bool:
    live, inner = change.live, schemas.get(change.address.kind)
    if live is None or live.published is None or live.mark is None or inner is None:
        return False
    reordered = any(
        field.cause is Reason.MANIFEST and field.path.endswith(f".{ORDERED}")
        for field in change.fields
    )
    return live.mark.version == 1 and reordered and _all_sorted(live.spec, inner)


def _all_sorted(spec: Spec, inner: Schemas) -> bool:
    return all(list(names) == sorted(names) for names in orders(spec, inner).values())
