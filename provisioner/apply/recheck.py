"""Asks once more who refers to an object, just before the first one is deleted.

Time has passed since the plan was made, a reviewer's day perhaps. Whatever began to refer to an
object in between keeps it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from provisioner.apply.run import Run
from provisioner.engine.references import Known, ids_in, kinds_that_refer
from provisioner.model.errors import NoSuchApi, NotFound
from provisioner.model.plan import Action
from provisioner.model.provider import Row


@dataclass(slots=True)
class Recheck:
    """One look, taken by the first delete and used by all."""

    run: Run
    _found: dict[str, str] | None = field(default=None)

    def referrer(self, id: str) -> str:
        """Return the object that refers to `id` by now, in words; an empty text where none does.

        Raises ProviderError where the look fails: then nothing may be deleted.
        """
        with self.run.lock:
            if self._found is None:
                self._found = self._look()
            return self._found.get(id, "")

    def _look(self) -> dict[str, str]:
        going = {
            change.live.id: change.live.kind
            for change in self.run.plan.changes
            if change.live and change.action.removes
        }
        known, wanted = self._known(), Known.of(going)
        found: dict[str, str] = {}
        naming = [
            (name, row, ids_in(row, wanted) - {str(row["id"])})
            for name, collection in self._collections(set(going.values())).items()
            for row in self._listed(collection)
        ]
        for name, row, ids in (*naming, *self._inside(going)):
            for id in ids if str(row["id"]) not in known else ():
                found.setdefault(id, f"{name} {row['id']}")
        return found

    def _inside(self, going: Mapping[str, str]) -> Iterator[tuple[str, Row, set[str]]]:
        """Yield what lies inside of each object that goes: it would be deleted with the object."""
        for name, binding in self.run.context.bindings.items():
            for id in [id for id, kind in going.items() if binding.parent == kind]:
                for row in self._listed(binding.collection, id):
                    yield name, row, {id}

    def _known(self) -> set[str]:
        """Return the ids of objects that this run changes or made.

        The plan knows their references.
        """
        touched = {
            change.live.id
            for change in self.run.plan.changes
            if change.live and change.action is not Action.FORGET
        }
        return touched | set(self.run.made.values()) | set(self.run.written)

    def _collections(self, going: set[str]) -> dict[str, str]:
        context = self.run.context
        kinds = kinds_that_refer(context.kinds, context.bindings, going) - self.run.live.unread
        lists = {kind: context.bindings[kind].collection for kind in sorted(kinds)}
        return {**lists, **(context.bystanders if going else {})}

    def _listed(self, collection: str, parent: str = "") -> list[Row]:
        try:
            return self.run.provider.list(collection, parent)
        except (NoSuchApi, NotFound):
            return []
