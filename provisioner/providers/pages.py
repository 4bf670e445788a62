"""Every row of a list, from servers whose pages can be trusted and from those whose cannot.

A walk asks for the oldest first, so that what is created meanwhile lands on the last page and
moves nothing. It ends with every row, each once, or with a sentence that says why nobody can know.
It never loops: each further page must bring something new.

Two doubts cost at most one request between them. `has_more: false` is not believed on a page that
looks cut, unless the server has said `true` before. And until a cursor has proved that it means a
row, and not the second in which that row was created, each page overlaps the last by one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from provisioner.model.codes import servers as codes
from provisioner.model.errors import Invalid, NoSuchApi, NotFound, ProviderError
from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from provisioner.model.provider import Row

Fetch: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""Query parameters -> the parsed body of one page."""

USUAL = frozenset({10, 20, 25, 30, 50, 100})
"""Lengths at which servers cut a page by themselves, whatever `limit` said."""
DEFAULT = 20
"""The length of a page that nobody asked a length of."""
MOST = 10_000
"""Pages in one walk. A list that is longer is one that never ends."""

REFUSALS = (Invalid, NotFound, NoSuchApi)


@frozen
class Page:
    """`more` is None where the server does not say."""

    rows: tuple[Row, ...]
    more: bool | None = None

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.rows]


def page_of(body: Any, what: str) -> Page:
    """Return a page from the body of an answer about `what`. Ids become strings."""
    data, more = body, None
    if isinstance(body, Mapping) and "data" in body:
        # Some servers write null for an empty list.
        data, more = [] if body["data"] is None else body["data"], body.get("has_more")
    if not isinstance(data, list):
        raise _strange(f"The answer for {what} holds no list of objects under `data`.")
    return Page(tuple(_row(row, what) for row in data), more if isinstance(more, bool) else None)


def id_of(row: Any) -> str:
    """Return the id of an object, as text; '' where there is none."""
    id = row.get("id") if isinstance(row, dict) else None
    usable = isinstance(id, str | int | float) and not isinstance(id, bool)
    return str(id) if usable else ""


def _row(row: Any, what: str) -> Row:
    id = id_of(row)
    if not id:
        shape = "an object without an id" if isinstance(row, dict) else f"a {type(row).__name__}"
        raise _strange(f"The list of {what} holds something that has no id: {shape}.")
    return {**row, "id": id}


def _strange(detail: str) -> ProviderError:
    return ProviderError(codes.LIST_UNREADABLE, detail)


@dataclass(slots=True)
class Walk:
    """One walk over the list of `what`.

    `limits` are the page lengths to ask for, in turn, should a server refuse one; 0 asks for none.
    `read` is told how many rows have come.
    """

    fetch: Fetch
    what: str
    limits: Sequence[int]
    read: Callable[[int], None] = lambda _count: None
    limit: int = DEFAULT
    query: Mapping[str, Any] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    honest: bool = False
    exact: bool = False
    coarse: bool = False

    def every_row(self) -> list[Row]:
        """Return every row, each id once. Raises ProviderError where that cannot be had."""
        first = self._first()
        self._keep(first)
        page: Page | None = first
        for _ in range(MOST):
            if page is None or self._is_last(page):
                return list(self.rows.values())
            page = self._following(page)
        raise self._distrust("its pages do not end")

    def _first(self) -> Page:
        *others, last = self.limits
        for limit in others:
            try:
                return self._ask_for(limit)
            except Invalid:
                continue
        return self._ask_for(last)

    def _ask_for(self, limit: int) -> Page:
        self.limit = limit or DEFAULT
        self.query = {"limit": limit, "order": "asc"} if limit else {}
        return self._page()

    def _page(self, **other: str) -> Page:
        return page_of(self.fetch({**self.query, **other}), self.what)

    def _is_last(self, page: Page) -> bool:
        if not page.rows:
            return True
        if page.more is not False:
            self.honest = self.honest or page.more is True
            return False
        return self.honest or not (len(page.rows) in USUAL or len(page.rows) == self.limit)

    def _following(self, page: Page) -> Page | None:
        """Return the next page that brings something new; None when there is none."""
        found = self._after(self._cursor(page), page)
        if found and self._lost_a_second(page, found):
            self.coarse = True
            found = self._after(self._cursor(page), page)
        if not found or not found.rows or self._keep(found):
            return found
        if found.ids == page.ids:
            self._check_same_again(page, found)
            return None
        if not found.more:
            return None
        return self._past_the_overlap(page)

    def _cursor(self, page: Page) -> str:
        """Return the id of the row to go on after, early enough to lose nothing. '' for none."""
        rows = page.rows
        if not self.coarse:
            return str(rows[-1 if self.exact else -2 :][0]["id"])
        last = rows[-1].get("created_at")
        earlier = [str(row["id"]) for row in rows if row.get("created_at") != last]
        return earlier[-1] if earlier else ""

    def _after(self, cursor: str, page: Page) -> Page | None:
        """Return the page after `cursor`; None where there is no going on, and no need to."""
        try:
            if cursor:
                return self._page(after=cursor)
            why = "its cursors skip what was created within one second"
        except REFUSALS:
            why = "it refuses its own cursor"
        if page.more or len(page.rows) == self.limit:
            raise self._distrust(why)
        return None

    def _lost_a_second(self, page: Page, found: Page) -> bool:
        """Return true if the cursor was taken for its second, and the rest of that second left out.

        The first boundary between two rows of one second tells: an exact server goes on with the
        last row of the page, one that repeats the second with a row of it that is known.
        """
        before, last = page.rows[-2:][0], page.rows[-1]
        moment = last.get("created_at")
        if self.exact or self.coarse or before is last or before.get("created_at") != moment:
            return False
        first = found.rows[0] if found.rows else {}
        self.exact = first.get("id") == last["id"]
        return found.ids != page.ids and first.get("created_at") != moment

    def _check_same_again(self, page: Page, found: Page) -> None:
        """The server ignores cursors: one page is all it has, if nothing speaks against that."""
        if page.more or found.more:
            raise self._distrust("it gives the same page again and again")
        if len(page.rows) == self.limit and len(self._page(limit="1").rows) != self.limit:
            raise self._distrust("it keeps to the length that was asked for, and to the first page")

    def _past_the_overlap(self, page: Page) -> Page | None:
        """Only known rows came, and yet there is said to be more: go on after the very last."""
        found = None if self.coarse else self._after(str(page.rows[-1]["id"]), page)
        if found and (not found.rows or self._keep(found)):
            return found
        raise self._distrust("it says that there is more, and gives only what it gave before")

    def _keep(self, page: Page) -> bool:
        """Return true if there was anything new."""
        known = len(self.rows)
        self.rows.update((row["id"], row) for row in page.rows if row["id"] not in self.rows)
        self.read(len(self.rows))
        return len(self.rows) > known

    def _distrust(self, why: str) -> ProviderError:
        return ProviderError(
            codes.LIST_UNTRUSTED,
            f"Listing {self.what}: {why}. What exists there cannot be known for certain, so nothing "
            "was decided on it. If objects are being deleted at this moment, try again; else this "
            "server can be used only while all its objects fit on one page.",
        )
