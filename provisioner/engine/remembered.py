"""Makes the entries of a mark: for each tracked field, digests of the value sent and the value got.

The entries are written with every create and update. By them the next plan decides whether the
manifest or the live side has changed a field.
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
    """Return the entries of a mark for a spec that was just applied.

    `desired` is the spec and `got` is what the server returned; both are complete. A field that was
    not `sent` this time keeps its entry from `before`, because its live value may be a change that
    somebody else has made. A split list has an entry for each item while the mark has room, else one
    entry for the whole list. A secret without a value was not sent, so it keeps its entry too.
    """

    def parts(whole: frozenset[str]) -> dict[str, Applied]:
        return {
            key: applied if name in sent else _kept(applied, before.get(key))
            for name, key, applied in _parts(desired, got, kind, binding, whole)
            if not has_leaf(desired[name], MissingSecret)
        } | _of_missing_secrets(desired, before)

    for whole in (frozenset[str](), kind.split - OPEN):
        ours = parts(whole)
        for others in beside:
            if length(entries := {**ours, **others}) <= room:
                return entries
    return ours


def length(entries: Mapping[str, Applied]) -> int:
    """Return how many characters these entries take in a mark."""
    return len(" ".join(f"{key}:{value}" for key, value in entries.items()))


def _of_missing_secrets(desired: Spec, before: Mapping[str, Applied]) -> dict[str, Applied]:
    """Return the former entries of the secrets whose values are not set in this run."""
    keys = [tracked_key(name) for name, value in desired.items() if has_leaf(value, MissingSecret)]
    return {key: before[key] for key in keys if key in before}


def _kept(applied: Applied, before: Applied | None) -> Applied:
    """Return the entry of a field that was not sent this time.

    It is the entry from before, if that one is for the same value and the server did not refuse it.
    Otherwise it is `applied`, the new entry.
    """
    known = before is not None and before.sent == applied.sent and not before.refused
    return before if before is not None and known else applied


def _parts(
    desired: Spec, got: Spec, kind: Kind, binding: Binding, whole: frozenset[str]
) -> Iterator[tuple[str, str, Applied]]:
    """Yield each tracked field of a spec: its top-level field, its key in the mark, its digests."""
    for name, value in desired.items():
        comparer = Comparer(kind.schemas).below(name)
        # A field that is missing in the answer counts as the default, except where the server never
        # returns it. There the sent value is taken for the server's.
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
