"""Judges the answer to a write: the returned object is compared with what was sent.

A server may answer with success and keep another value. So each tracked field of the answer has one
of three results: the value that was sent, the value from before the write, or a third value. The
results decide what the mark of the object must record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from provisioner.engine.comparer import Comparer
from provisioner.engine.remembered import length, remembered
from provisioner.engine.undeclared import ComparedObject, accepted, in_one
from provisioner.engine.versioned import is_version_of
from provisioner.model import paths
from provisioner.model.binding import Binding
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.mark import VALUE_LIMIT, Applied, Mark, tracked_key
from provisioner.model.plan import UNSET
from provisioner.model.value import Spec, is_identical


@frozen
class Written:
    """One write of one object, with everything that is needed to judge its answer.

    `wanted` is the complete desired spec (see Binding), and `mark` the mark that was sent with it.
    `sent` are the names of the top-level fields in the request. `before` is the complete live spec
    before the write, and `last` the mark at that time; both are None for a create. `cleared` has
    the tracked fields that the write removed: the keys that lead to each, by path. `room` is the
    number of characters that the digests in the mark may take.
    """

    wanted: Spec
    mark: Mark
    sent: frozenset[str]
    before: Spec | None = None
    last: Mark | None = None
    cleared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    room: int = VALUE_LIMIT


@frozen
class Answer:
    """The judgement of the answer to a write.

    `unmoved` are the paths of tracked fields that still have the value from before the write.
    `other` are the paths of tracked fields with a third value. `mark` is the mark that the object
    must have now. `is_marked` is true if the object has the mark that was sent, `is_unmarked` if it
    still has the mark from before the write.
    """

    unmoved: tuple[str, ...]
    other: tuple[str, ...]
    mark: Mark
    is_marked: bool
    is_unmarked: bool

    @property
    def is_as_sent(self) -> bool:
        return self.is_marked and not self.unmoved and not self.other


def judged(written: Written, got: Spec, found: Mark | None, kind: Kind, binding: Binding) -> Answer:
    """Return the judgement of an object that was read after a write.

    `got` is the complete spec of the object, and `found` its mark.
    """
    learnt, unmoved, other = _tracked_fields(written, got, kind, binding)
    kept, gone_wrong = _cleared(written, got, kind, binding)
    learnt = _with_seen(learnt, _seen(written, got, kind, binding), written.room)
    names = _names(written.wanted, kind)
    carries = binding.mark_location is not None
    # Where no object has a mark, none can lack it.
    marked = not carries or _says_the_same(found, written.mark, binding)
    return Answer(
        unmoved=(*sorted({names.get(key, key) for key in unmoved}), *sorted(gone_wrong)),
        other=tuple(sorted({names.get(key, key) for key in other})),
        mark=replace(written.mark, applied={**learnt, **kept}),
        is_marked=marked,
        is_unmarked=not marked and _says_the_same(found, written.last, binding),
    )


def _tracked_fields(
    written: Written, got: Spec, kind: Kind, binding: Binding
) -> tuple[dict[str, Applied], set[str], set[str]]:
    """Return the digests for the mark, and the keys of the tracked fields that are not as sent.

    The second value are the keys of fields with the value from before the write, the third those of
    fields with another value.
    """
    mark, wanted = written.mark, written.wanted
    if _is_certainly_as_sent(written, got, kind, binding):
        return dict(mark.applied), set(), set()
    last = written.last.applied if written.last else {}
    # Undeclared values, documents and the time of the last change have digests in the mark too.
    # The answer says nothing about them.
    others = {key: mark.applied[key] for key in mark.applied.keys() - _names(wanted, kind).keys()}
    learnt = remembered(
        wanted,
        got,
        kind,
        binding,
        before=mark.applied,
        sent=written.sent,
        room=written.room,
        beside=[others],
    )
    # A server that kept everything as sent, the usual case, needs no further comparison.
    off = {key for key, applied in learnt.items() if mark.applied.get(key) != applied}
    if not off:
        return dict(mark.applied), set(), set()
    was = _before(written, kind, binding)
    unmoved = {
        key for key in off if key in was and was[key].got == learnt[key].got != learnt[key].sent
    }
    # Once a server has refused a value twice with the same answer, that answer is its own form of
    # the value.
    usual = {key for key in unmoved if _is_usual(last.get(key), learnt[key])}
    unmoved -= usual
    quiet = {
        tracked_key(name) for name in binding.fields.resolved if _is_resolved(name, wanted, got)
    }
    # The mark may have predicted that the server changes the value as it did before. A server that
    # now returns it as sent is not at fault.
    quiet |= {key for key in off if learnt[key].sent == learnt[key].got}
    applied = others | learnt
    applied |= {key: replace(learnt[key], refused=True) for key in unmoved}
    return applied, unmoved, off - unmoved - quiet


def _is_certainly_as_sent(written: Written, got: Spec, kind: Kind, binding: Binding) -> bool:
    """Return true if each field came back as it was sent, and the mark records nothing else.

    A false result does not prove the opposite. Nearly every answer of every server is as sent, and this
    test makes no digest: digests were a fifth of the time of a first apply.
    """
    entries = (written.mark.applied.get(key) for key in _names(written.wanted, kind))
    if any(entry and entry.sent != entry.got for entry in entries):
        return False
    # A value that the server never returns cannot have come back.
    hidden = binding.fields.not_echoed - got.keys()
    return all(
        name in hidden or is_identical(value, got.get(name, UNSET))
        for name, value in written.wanted.items()
    )


def _seen(written: Written, got: Spec, kind: Kind, binding: Binding) -> dict[str, Applied]:
    """Return digests of values that the server set in fields that we did not send, or that we cleared.

    The values are in the answer to our own write, so the server has set them and no person has.
    They belong to the baseline of undeclared values.
    """
    there = accepted(ComparedObject(written.wanted, got, kind, binding, written.mark))
    # For a new object, everything that the server set by itself is new, so all of it is accepted.
    if written.before is None and written.last is None:
        return there
    cleared = {tracked_key(path) for path in written.cleared}
    return {key: entry for key, entry in there.items() if key in cleared}


def _with_seen(
    applied: Mapping[str, Applied], seen: dict[str, Applied], room: int
) -> dict[str, Applied]:
    """Return the digests of a mark together with those of `seen`.

    If there is no room for all digests of `seen`, one digest of all of them is added. If there is
    no room for that either, they are left out.
    """
    return next(
        (both for more in (seen, in_one(seen)) if length(both := {**applied, **more}) <= room),
        dict(applied),
    )


def _before(written: Written, kind: Kind, binding: Binding) -> dict[str, Applied]:
    """Return the digests of the live spec before the write.

    They are those of each whole field, and of each item of a list.
    """
    if written.before is None:
        return {}
    # A mark records a list by item, or as a whole if it has no room. Room 0 makes the second form.
    spec, before, all_of_it = written.wanted, written.before, written.wanted.keys()
    whole = remembered(spec, before, kind, binding, sent=all_of_it, room=0)
    return whole | remembered(spec, before, kind, binding, sent=all_of_it, room=1 << 20)


def _is_usual(last: Applied | None, now: Applied) -> bool:
    """Return true if the server refuses the same value for the second time with the same answer.

    The answer then counts as the form in which this server stores the value.
    """
    return last is not None and last.refused and (last.sent, last.got) == (now.sent, now.got)


def _is_resolved(name: str, wanted: Spec, got: Spec) -> bool:
    return is_version_of(got.get(name), wanted.get(name))


def _cleared(
    written: Written, got: Spec, kind: Kind, binding: Binding
) -> tuple[dict[str, Applied], list[str]]:
    """Return digests for fields that the write was to clear and that the server still has.

    Also return the paths of those among them that the write before did not have to clear.
    """
    kept: dict[str, Applied] = {}
    wrong: list[str] = []
    for path, keys in written.cleared.items():
        there = _at(got, keys)
        default = binding.fields.defaults.get(keys[0], UNSET) if len(keys) == 1 else UNSET
        before = _at(written.before or {}, keys)
        comparer = Comparer(kind.schemas).below(*keys)
        # A cleared field is at its default, or the server sets a third value: see `_seen`.
        if there is UNSET or comparer.alike(there, default) or not comparer.alike(there, before):
            continue
        undeclared = Applied("", comparer.applied(UNSET, there).got)
        last = written.last.of(path) if written.last else None
        if last is not None and last.refused:
            # The server has kept the field through two writes, so a third write would not clear it
            # either. From now on the field is an undeclared value.
            kept[tracked_key(path)] = undeclared
            continue
        kept[tracked_key(path)] = replace(last or undeclared, refused=True)
        wrong.append(path)
    return kept, wrong


def _at(spec: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if not isinstance(spec, Mapping) or key not in spec:
            return UNSET
        spec = spec[key]
    return spec


def _names(spec: Spec, kind: Kind) -> dict[str, str]:
    """Return the path of each tracked field of a spec, by the key that a mark has for the path."""
    return {tracked_key(path): path for path in _paths(spec, kind)}


def _paths(spec: Spec, kind: Kind) -> Iterator[str]:
    for name, value in spec.items():
        yield name
        if name in kind.split and isinstance(value, Mapping):
            yield from (paths.render((name, str(key)), kind.keyed) for key in value)


def _says_the_same(found: Mark | None, mark: Mark | None, binding: Binding) -> bool:
    """Return true if two marks are equal in the form in which this binding stores them."""
    if found is None or mark is None or binding.mark_location is None:
        return False
    if binding.mark_location.in_metadata:
        return found.to_metadata() == mark.to_metadata()
    return found.to_text() == mark.to_text()
