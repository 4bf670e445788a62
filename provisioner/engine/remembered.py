"""Computes the digests of a mark: for each tracked field, of the sent and of the returned value.

They are written with every create and update. From them the next plan decides if the manifest or
the live side has changed a field.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from types import MappingProxyType

from provisioner.engine.comparer import Comparer
from provisioner.engine.tracked_fields import OPEN
from provisioner.model import paths
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import VALUE_LIMIT, Applied, tracked_key
from provisioner.model.plan import UNSET
from provisioner.model.value import MissingSecret, Spec, has_leaf


def remembered(
    desired: Spec,
    got: Spec,
    kind: Kind,
    binding: Binding,
    *,
    before: Mapping[str, Applied] = MappingProxyType({}),
    sent: Container[str] = (),
    room: int = VALUE_LIMIT,
    beside: Sequence[Mapping[str, Applied]] = ({},),
) -> dict[str, Applied]:
    """Return the digests for the mark of an object whose spec was just applied.

    `desired` is the spec and `got` is what the server returned; both are complete. A field that was
    not `sent` this time keeps its digests from `before`, because its live value may be an edit of
    somebody else. A secret whose value is not available was not sent either. A list that is tracked
    item by item, such as the tools, has a pair of digests (sent and returned) for each item if the
    mark has room, else one pair for the whole list. `room` is the number of characters that all
    digests may take. `beside` has other digests for the same mark in several forms, the most
    detailed first: the first form that fits is added.
    """

    def parts(whole: frozenset[str]) -> dict[str, Applied]:
        return {
            key: applied if name in sent else _kept(applied, before.get(key))
            for name, key, applied in _parts(desired, got, kind, binding, whole)
            if not has_leaf(desired[name], MissingSecret)
        } | _of_missing_secrets(desired, before)

    # Digests for each item come first. If there is no room for them, one digest for each whole list
    # is tried.
    for whole in (frozenset[str](), kind.split - OPEN):
        ours = parts(whole)
        for others in beside:
            if length(entries := {**ours, **others}) <= room:
                return entries
    return ours


def length(entries: Mapping[str, Applied]) -> int:
    """Return the number of characters that these digests take in a mark."""
    return len(" ".join(f"{key}:{value}" for key, value in entries.items()))


def _of_missing_secrets(desired: Spec, before: Mapping[str, Applied]) -> dict[str, Applied]:
    """Return the earlier digests of the secrets whose values are not available in this run."""
    keys = [tracked_key(name) for name, value in desired.items() if has_leaf(value, MissingSecret)]
    return {key: before[key] for key in keys if key in before}


def _kept(applied: Applied, before: Applied | None) -> Applied:
    """Return the digests of a field that was not sent this time.

    They are those from before, if these belong to the same value and the server did not refuse it.
    Otherwise they are the new ones, `applied`.
    """
    known = before is not None and before.sent == applied.sent and not before.refused
    return before if before is not None and known else applied


def _parts(
    desired: Spec, got: Spec, kind: Kind, binding: Binding, whole: frozenset[str]
) -> Iterator[tuple[str, str, Applied]]:
    """Yield each tracked field of a spec: its top-level field, its key in the mark, its digests.

    `whole` are the fields that are recorded with one pair of digests, and not item by item.
    """
    for name, value in desired.items():
        comparer = Comparer(kind.schemas).below(name)
        # A field that the answer lacks counts as its default. If the server never returns the
        # field, it counts as the sent value.
        unsaid = {} if name in kind.split else binding.fields.defaults.get(name, UNSET)
        theirs = got.get(name, value if name in binding.fields.not_echoed else unsaid)
        if name in kind.split - whole and isinstance(value, Mapping) and value:
            mine = theirs if isinstance(theirs, Mapping) else {}
            for key, item in value.items():
                path = paths.render((name, key), kind.keyed)
                applied = comparer.below(key).applied(item, mine.get(key, UNSET))
                yield name, tracked_key(path), applied
        elif name not in OPEN:
            yield name, tracked_key(name), comparer.applied(value, theirs)
