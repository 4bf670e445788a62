"""Collections: the objects of one kind below one path, with the handlers that all kinds share.

The file of a resource contains its special handlers, usually those that create and update. The
handlers that read, list and delete, and all routes, are built here from the attributes of a
`Collection`.
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
    """Return a function that builds a page of the objects whose tag is the query's `parameter`.

    If the query does not have that parameter, the page contains objects of all tags.
    """
    return lambda call, kind, parent: lists.page(
        call.db, call.query, kind, parent, tag=call.query.get(parameter)
    )


def page_forward(call: Call, kind: str, parent: str) -> Answer:
    """Return a page of a list that ignores the query parameter `before`.

    Some lists of the platform do not have that parameter.
    """
    return lists.page(call.db, forward(call), kind, parent)


def forward(call: Call) -> dict[str, str]:
    """Return the query of a call without `before`."""
    return {key: value for key, value in call.query.items() if key != "before"}


def remove(db: Session, row: Row) -> None:
    """Delete one row.

    This is the default; a collection whose objects own other rows has its own function.
    """
    db.delete(row)


def set_metadata(allowed: Body) -> Handler:
    """Return a handler that updates the metadata of an object, and nothing else.

    `allowed` is the schema of the request's body.
    """

    def update(call: Call, row: Row) -> Answer:
        given = call.body(allowed)
        if "metadata" in given:
            row.body["metadata"] = given["metadata"] or {}
        return call.db.save(row).body

    return update


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The path, the errors and the handlers of one kind of objects.

    `kind` is the kind of the rows in the store. `path` has one `<id>` for each parent object, and
    `above` is the collection of the parents. `noun` is the word for an object in errors.
    `gone(noun, id)` builds the error for an unknown id. `page` builds a page of the list. `remove`
    deletes a row with everything that belongs to it. `deleted` is the value of `object` in the
    answer to a DELETE; "" means `KIND.deleted`.
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
        """Return the row of an object. Raises ApiError if it or one of its parents does not exist.

        `ids` are the ids of its parents, outermost first, and then its own.
        """
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

        `generic` lists, separated by spaces, which of the shared handlers `list`, `get` and
        `delete` the collection has. `create` answers a POST to the collection, `update` a POST to
        one object. `all` contains further handlers below the path of the collection, and `each`
        further handlers below the path of one object. Their keys are `METHOD` or `METHOD NAME`,
        where NAME is one more segment of the path.

        A handler is called with the call and one row: the object of the request or, for `create`
        and `all`, the parent object. In a collection without parents `create` and `all` are called
        without a row.
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
        """Return a route for each handler that is not None, at `path` or at `path/NAME`.

        `about` is the collection whose object the handler is called with, or None for a handler
        without one.
        """
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
    """Return a handler that takes ids, finds their object, and calls `handler` with its row.

    Without a collection it returns `handler` itself.
    """
    if collection is None:
        return handler
    return lambda call, *ids: handler(call, collection.find(call.db, *ids))
