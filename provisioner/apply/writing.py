"""Sends updates, reads the object again, and records in the mark what the server stored.

A server may answer with success and not store a value. If a field comes back with another value,
the object is read again until the field has the sent value or `settle` seconds are over. If the
field then still has the value from before, the whole body is sent once more. If that does not help
either, the change fails, and the mark records that the server refused the value.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from provisioner.apply.run import Run, StepFailed
from provisioner.engine.answers import Answer, Written, judged
from provisioner.engine.baseline import MOMENT
from provisioner.engine.remembered import length
from provisioner.engine.unshown import moment_of, says_moment
from provisioner.model.binding import Binding
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import warning
from provisioner.model.errors import Invalid, NotFound, ProviderError
from provisioner.model.frozen import frozen
from provisioner.model.mark import Applied, tracked_key
from provisioner.model.provider import Row
from provisioner.model.resource import Resource
from provisioner.model.value import Spec

DATINGS = 3
"""The largest number of writes with which `dated` tries to record the time of the last change."""

PARTIAL_REFUSED = (400, 422)
"""The HTTP status codes with which some servers refuse an update that lacks required fields."""


class NotTaken(StepFailed):
    """The failure of a write that the server answered with success but did not perform."""


@frozen
class Writing:
    """The write of one object. `id` is '' until the object is created.

    `part` has the top-level fields that an update sends beside the mark; None clears a field.
    `others` is metadata of others, which stays. `gone` are the metadata keys that this write
    removes.
    """

    run: Run
    resource: Resource
    written: Written
    id: str = ""
    parent: str = ""
    part: Spec = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    @property
    def binding(self) -> Binding:
        return self.run.binding(self.resource.address)

    def body(self, part: Spec, others: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the request body for `part`, with the contents of files and with the mark.

        `others` is the metadata of others that the body contains; without it, that of this write.
        """
        binding, kept = self.binding, self.others if others is None else others
        body: dict[str, Any] = self.run.loaded(binding.to_wire(part, self.run.id_of))
        if binding.mark_location is None:
            return body
        return binding.mark_location.write(body, self.resource.spec, kept, self.written.mark)

    def update(self, part: Spec, others: Mapping[str, Any] | None = None) -> Row:
        """Send `part` and the mark. If the server refuses a partial update, send the whole body.

        `others` has the same meaning as for `body`.
        Raises StepFailed if the object no longer exists, and every other ProviderError.
        """
        binding, body = self.binding, self.body(part, others)
        try:
            # The server has refused a partial update in this run, so every field is sent.
            if binding.collection in self.run.whole_bodies:
                return self._put({**self._whole(), **body})
            return self._put(body)
        except NotFound as error:
            text = f"{self.id} is gone: it was deleted after the plan was made. Plan again"
            raise StepFailed(text) from error
        except Invalid as error:
            whole = {**self._whole(), **body}
            # The refused body was already complete, so the server refuses one of its values.
            if error.status not in PARTIAL_REFUSED or whole == body:
                raise
            return self._instead(whole, error)

    def _instead(self, whole: dict[str, Any], error: Invalid) -> Row:
        try:
            row = self._put(whole)
        except ProviderError:
            # The complete body was refused too. The first answer says more precisely why.
            raise error from None
        with self.run.lock:
            self.run.whole_bodies.add(self.binding.collection)
        return row

    def _put(self, body: dict[str, Any]) -> Row:
        return self.run.provider.update(self.binding.collection, self.id, body, self.parent)

    def _whole(self) -> dict[str, Any]:
        body: dict[str, Any] = self.binding.to_wire(self._everything(), self.run.id_of)
        return {**self.run.loaded(body)}

    def _everything(self) -> Spec:
        """Return every field that an update of this object may contain, with None for fields to clear."""
        kept = self.run.kind(self.resource.address).immutable | self.binding.fields.switches.keys()
        spec = {name: value for name, value in self.resource.spec.items() if name not in kept}
        return {**spec, **self.part}

    def switch(self, fields: Mapping[str, Any]) -> None:
        """Set the boolean fields among `fields` that the API changes with a separate request."""
        for name, (off, on) in self.binding.fields.switches.items():
            if name in fields:
                verb = on if fields[name] else off
                self.run.provider.action(self.binding.collection, self.id, verb, {}, self.parent)

    def judge(self, row: Row) -> Answer:
        """Compare a row with what was sent, and return the judgement."""
        binding = self.binding
        got = binding.complete(self.run.named(binding.from_wire(row).spec))
        kind = self.run.kind(self.resource.address)
        return judged(self.written, got, binding.mark_of(row), kind, binding)

    def settled(self, row: Row, *, echoes: bool = False) -> Row:
        """Return the object as the server stores it, after the write whose answer was `row`.

        If `echoes` is true, the server is known to answer with the sent body, so the object is
        always read after the second write. Raises NotTaken if a field still has the value from
        before.
        """
        answer = self.judge(row)
        # For a moment after a write, some servers answer reads with the old values, so a difference
        # proves nothing yet.
        if not answer.is_as_sent:
            row, answer = self._read_again(row, answer)
        untouched = answer.unmoved or answer.is_unmarked
        # Each write adds a version to an object with versions, so such an object is not written
        # twice.
        if untouched and not self.binding.versions:
            self.switch({n: v for n, v in self.part.items() if n in answer.unmoved})
            # Some servers silently ignore a partial update, so the second one contains every field.
            row = self.update(self._everything())
            answer = self.judge(row)
            if echoes or not answer.is_as_sent:
                row, answer = self._read_again(row, answer)
        return self._remembered(row, answer)

    def _read_again(self, row: Row, answer: Answer) -> tuple[Row, Answer]:
        """Read the object until it has the sent values, or until `Run.patiently` gives up.

        Return the last row and its judgement.
        """
        latest = row, answer

        def look() -> bool:
            nonlocal latest
            try:
                found = self.run.provider.get(self.binding.collection, self.id, self.parent)
            # Somebody deleted the object meanwhile. The closing look will report that.
            except NotFound:
                return False
            latest = found, self.judge(found)
            return latest[1].is_as_sent

        self.run.patiently(look)
        return latest

    def _remembered(self, row: Row, answer: Answer) -> Row:
        """Write into the mark the values that the server stored, if they differ from those sent.

        Return the last row. Raises NotTaken if the server did not perform the write.
        """
        if not answer.is_marked:
            raise NotTaken(_unmarked(self.id, answer))
        if answer.other:
            self._warn(answer)
        final = replace(self, written=replace(self.written, mark=answer.mark))
        if answer.mark != self.written.mark and self.binding.mark_location:
            row = final.update({}, self._carried(row))
            row = final.with_mark(row)
        # The error is raised only after the mark was written. From the mark, the next run sees that
        # the server refused the value before, and accepts the answer as this server's form of it.
        if answer.unmoved:
            raise NotTaken(_refused(answer.unmoved))
        if self.binding.mark_location and self.binding.fields.dates_our_writes(self.resource.spec):
            final, row = final.dated(row)
        with self.run.lock:
            self.run.written[self.id] = final
            if self.binding.history:
                self.run.releases[self.id] = int(row["number"])
        return row

    def dated(self, row: Row) -> "tuple[Writing, Row]":
        """Write the time of the object's last change into its mark.

        The write of the mark changes the object too, and so moves that time. It is repeated until
        the time in the mark equals the time in the answer, which happens when two writes fall into
        one second. If that never happens, the mark gets no time. A later plan then cannot find out
        if somebody changed a value that the server never returns. Returns the last write, and the
        row of the object after it.
        """
        final = self
        for _ in range(DATINGS):
            entry = moment_of(row)
            if entry is None or says_moment(final.written.mark, row):
                return final, row
            final = final.remembering({tracked_key(MOMENT): entry})
            row = final.with_mark(final.update({}, self._carried(row)))
        if says_moment(final.written.mark, row):
            return final, row
        final = final.remembering({})
        return final, final.with_mark(final.update({}, self._carried(row)))

    def remembering(self, moment: Mapping[str, Applied]) -> "Writing":
        """Return the write with this time in its mark, without it if the mark has no room."""
        mark, room = self.written.mark, self.written.room
        kept = {k: entry for k, entry in mark.applied.items() if k != tracked_key(MOMENT)}
        both = {**kept, **moment}
        mark = replace(mark, applied=both if length(both) <= room else kept)
        return replace(self, written=replace(self.written, mark=mark))

    def with_mark(self, row: Row) -> Row:
        """Return a row of the object that has the mark that was sent: this row, or a later one.

        Raises NotTaken if the object never gets that mark.
        """
        answer = self.judge(row)
        if not answer.is_marked:
            row, answer = self._read_again(row, answer)
        if not answer.is_marked:
            raise NotTaken(_unmarked(self.id, answer))
        return row

    def _carried(self, row: Row) -> Mapping[str, Any]:
        """Return the metadata of others on an object that was just written."""
        metadata = row.get("metadata")
        there = metadata if isinstance(metadata, Mapping) else self.others
        return {key: value for key, value in there.items() if key not in self.gone}

    def _warn(self, answer: Answer) -> None:
        address = self.resource.address
        self.run.emit(
            warning(
                codes.KEPT_OTHERWISE,
                f"{', '.join(answer.other)}: the mark records what the server returned, so it "
                "will not be shown as a difference.",
                self.resource.origin,
                str(address),
            )
        )


def _refused(fields: tuple[str, ...]) -> str:
    are = "is" if len(fields) == 1 else "are"
    return (
        f"the server answered with success, but {', '.join(fields)} {are} unchanged. The whole "
        "object was sent once more, with the same result. The next plan shows this change again; "
        "if the server then answers in the same way, its value is accepted as its own form of "
        "the sent value"
    )


def _unmarked(id: str, answer: Answer) -> str:
    how = "is still the one from before" if answer.is_unmarked else "is not the one that was sent"
    what = f" ({', '.join(answer.unmoved)} as well)" if answer.unmoved else ""
    return (
        f"the server answered with success, but the mark of {id} {how}{what}: the write was not "
        "performed, or somebody else wrote at the same time. Plan again to see what is live"
    )
