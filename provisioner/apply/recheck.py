"""Searches again for objects that refer to an object to be deleted, before the first deletion.

A saved plan may be a day old when it is applied. If another object has begun to refer to the object
since then, it is kept.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from provisioner.apply.run import Run
from provisioner.engine.references import Known, ids_in, kinds_that_refer
from provisioner.model.errors import NoSuchApi, NotFound, ProvisionerError
from provisioner.model.plan import Action
from provisioner.model.provider import Row, nameless


@dataclass(slots=True)
class Recheck:
    """The references to all objects that the plan deletes.

    They are read at the first deletion, and then used for all of them.
    """

    run: Run
    _found: Mapping[str, str] | None = field(default=None)
    _failed: ProvisionerError | None = field(default=None)

    def referrer(self, id: str) -> str:
        """Return the kind and id of an object that refers to `id` now, '' if there is none.

        Raises ProviderError if a list cannot be read. Then nothing may be deleted.
        """
        return self._read().get(id, "")

    def need(self, id: str) -> str:
        """Return a sentence that says why the object is no longer a leak, '' if it still is one.

        Raises ProviderError if the account cannot be read. Then nothing may be deleted.
        """
        return self._read().get(id, "")

    def _read(self) -> Mapping[str, str]:
        # Threads that delete at the same time wait for one reading, and share it.
        with self.run.lock:
            if self._failed is not None:
                raise self._failed
            if self._found is None:
                self._found = self._whole(self.run.look) if self.run.look else self._look()
            return self._found

    def _whole(self, look: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        """Read the whole account and return, by id, why objects are no longer leaks.

        If that fails, it is not tried again: every later deletion fails with the same error,
        because reading the account takes many requests.
        """
        try:
            return look()
        except ProvisionerError as error:
            self._failed = error
            raise

    def _look(self) -> dict[str, str]:
        going = {
            change.live.id: change.live.kind
            for change in self.run.plan.changes
            if change.live and change.action.removes
        }
        known, wanted = self._known(), Known.of(going)
        found: dict[str, str] = {}
        naming = [
            (name, row, ids_in(row, wanted) - {str(row.get("id", ""))})
            for name, collection in self._collections(set(going.values())).items()
            for row in self._listed(collection)
        ]
        for name, row, ids in (*naming, *self._inside(going)):
            called = str(row.get("id", ""))
            for id in ids if called not in known else ():
                found.setdefault(id, f"{name} {called or 'without an id'}")
        return found

    def _inside(self, going: Mapping[str, str]) -> Iterator[tuple[str, Row, set[str]]]:
        """Yield the kind and row of each object inside of one to be deleted, with the id of the latter.

        The server would delete the inner objects too.
        """
        for name, binding in self.run.context.bindings.items():
            for id in [id for id, kind in going.items() if binding.parent == kind]:
                for row in self._listed(binding.collection, id):
                    yield name, row, {id}

    def _known(self) -> set[str]:
        """Return the ids of the objects that this run changes or has created.

        Their references are no reason to keep an object: the plan has already counted those that
        remain after this run.
        """
        # A forgotten object stays, and so do its references.
        touched = {
            change.live.id
            for change in self.run.plan.changes
            if change.live and change.action is not Action.FORGET
        }
        return touched | set(self.run.made.values()) | set(self.run.written)

    def _collections(self, going: set[str]) -> dict[str, str]:
        context = self.run.context
        # A list that was refused for the plan is refused now too. The plan has named it.
        kinds = kinds_that_refer(context.kinds, context.bindings, going) - self.run.live.unread
        lists = {kind: context.bindings[kind].collection for kind in sorted(kinds)}
        return {**lists, **(context.bystanders if going else {})}

    def _listed(self, collection: str, parent: str = "") -> list[Row]:
        try:
            rows = self.run.provider.list(collection, parent)
        except (NoSuchApi, NotFound):
            return []
        return [*rows, *nameless(rows)]
