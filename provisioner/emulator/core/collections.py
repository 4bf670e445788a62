"""Collections: the objects of one kind below one path, with the handlers that all kinds share.

A resource writes its special handlers itself, usually those for creating and updating. The handlers for
reading, listing and deleting, and all routes, are made from the facts of the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Handler, Route
from provisioner.emulator.core.errors import ApiError, not_found

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Row, Session
    from provisioner.emulator.core.validation import Body

Page = Callable[[Call, str, str], Answer]


def page(call: Call, kind: str, parent: str) -> Answer:
    return lists.page(call.db, call.query, kind, parent)


def page_by(parameter: str) -> Page:
    """Return a page of the objects whose tag is the value of a query parameter, if it is given."""
    return lambda call, kind, parent: lists.page(
        call.db, call.query, kind, parent, tag=call.query.get(parameter)
    )


def page_forward(call: Call, kind: str, parent: str) -> Answer:
    """Return a page of a list that does not know `before`."""
    return lists.page(call.db, forward(call), kind, parent)


def forward(call: Call) -> dict[str, str]:
    return {key: value for key, value in call.query.items() if key != "before"}


def remove(db: Session, row: Row) -> None:
    db.delete(row)


def set_metadata(allowed: Body) -> Handler:
    """Return a handler that updates the metadata of an object, and nothing else."""

    def update(call: Call, row: Row) -> Answer:
        given = call.body(allowed)
        if "metadata" in given:
            row.body["metadata"] = given["metadata"] or {}
        return call.db.save(row).body

    return update


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The path, the errors and the handlers of one kind of objects.

    `path` has one `<id>` for each parent object. `gone(noun, id)` makes the error for an unknown id.
    `remove` deletes a row with all that belongs to it. `deleted` is the value of `object` in the
    answer to a DELETE, if it is not `KIND.deleted`.
    """

    kind: str
    path: str
    noun: str = ""
    above: Collection | None = None
    gone: Callable[[str, str], ApiError] = not_found
    page: Page = page
    remove: Callable[[Session, Row], None] = remove
    deleted: str = ""

    def find(self, db: Session, *ids: str) -> Row:
        """Return an object by the ids of its parents, outermost first, and its own. Raises ApiError."""
        *above, name = ids
        if self.above is not None and above:
            self.above.find(db, *above)
        row = db.find(self.kind, name, above[-1] if above else "")
        if row is None:
            raise self.gone(self.noun, name)
        return row

    def routes(
        self,
        generic: str = "",
        *,
        create: Handler | None = None,
        update: Handler | None = None,
        all: Mapping[str, Handler] | None = None,
        each: Mapping[str, Handler] | None = None,
    ) -> tuple[Route, ...]:
        """Return the routes of the collection.

        `generic` names the handlers that stand here: `list`, `get`, `delete`. `all` and `each` are
        more handlers by `METHOD` or `METHOD NAME`: below the path of the collection, and below that
        of each object. A handler is given the call and the row that it is about: the object, or for
        `create` and `all` the object above, if there is one.
        """
        words = generic.split()
        of_all = {"POST": create, "GET": self._list if "list" in words else None} | dict(all or {})
        of_each = {
            "GET": self._get if "get" in words else None,
            "POST": update,
            "DELETE": self._delete if "delete" in words else None,
        } | dict(each or {})
        return (
            *self._routed(self.path, of_all, self.above),
            *self._routed(f"{self.path}/<id>", of_each, self),
        )

    def _routed(
        self, path: str, handlers: Mapping[str, Handler | None], about: Collection | None
    ) -> list[Route]:
        made = []
        for place, handler in handlers.items():
            if handler is not None:
                method, _, name = place.partition(" ")
                where = f"{path}/{name}" if name else path
                made.append(Route(method, where, _about(about, handler)))
        return made

    def _list(self, call: Call, above: Row | None = None) -> Answer:
        return self.page(call, self.kind, "" if above is None else above.id)

    def _get(self, _call: Call, row: Row) -> Answer:
        return row.body

    def _delete(self, call: Call, row: Row) -> Answer:
        self.remove(call.db, row)
        return {"id": row.id, "object": self.deleted or f"{self.kind}.deleted", "deleted": True}


def _about(collection: Collection | None, handler: Handler) -> Handler:
    if collection is None:
        return handler
    return lambda call, *ids: handler(call, collection.find(call.db, *ids))
