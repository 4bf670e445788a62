"""Reads every row of a list, also from servers whose pagination is faulty.

A walk asks for the oldest rows first, so that rows that are created meanwhile are on the last page
and move no other row to another page. It returns every row once, or raises an error that says why
the list may be incomplete. It cannot loop for ever, because each further page must contain a new
row.

The walk checks two kinds of faults, at a cost of at most one request. First, `has_more: false` is
not believed on a page whose length is a usual page length, unless the server has sent `true`
before. Second, some servers treat a cursor as the second in which its row was created, and skip the
other rows of that second. Until an answer has shown that a cursor means one row, each page overlaps
the page before it by one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from provisioner.model.codes import servers as codes
from provisioner.model.errors import Invalid, NoSuchApi, NotFound, ProviderError
from provisioner.model.frozen import frozen
from provisioner.model.provider import Rows

if TYPE_CHECKING:
    from provisioner.model.provider import Row

Fetch: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""Sends query parameters, and returns the parsed body of one page."""

USUAL = frozenset({10, 20, 25, 30, 50, 100})
"""Page lengths that servers choose by themselves, whatever `limit` the request names."""
DEFAULT = 20
"""The page length of a server if a request names none."""
MOST = 10_000
"""The most pages of one walk. A longer list is taken for one that never ends."""

REFUSALS = (Invalid, NotFound, NoSuchApi)
"""The errors by which a server refuses a cursor."""


@frozen
class Page:
    """One page of a list. `more` is its `has_more`, or None if the server does not send it.

    `nameless` are the rows without a usable id, which cannot be cursors.
    """

    rows: tuple[Row, ...]
    more: bool | None = None
    nameless: tuple[Row, ...] = ()

    @property
    def length(self) -> int:
        return len(self.rows) + len(self.nameless)

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.rows]


def page_of(body: Any, what: str) -> Page:
    """Return a page from the body of an answer. Raises ProviderError for any other body.

    `what` names the list in errors. Ids become strings.
    """
    data, more = body, None
    if isinstance(body, Mapping) and "data" in body:
        # Some servers write null for an empty list.
        data, more = [] if body["data"] is None else body["data"], body.get("has_more")
    if not isinstance(data, list):
        raise _strange(f"The answer for {what} contains no list of objects under `data`.")
    if others := [row for row in data if not isinstance(row, dict)]:
        raise _strange(
            f"The list of {what} contains something that is no object: a {type(others[0]).__name__}."
        )
    named = tuple({**row, "id": id} for row in data if (id := id_of(row)))
    nameless = tuple(row for row in data if not id_of(row))
    has_more = more if isinstance(more, bool) else None
    # A single object without an id is passed over. A server that sends no ids at all cannot be read.
    if nameless and not named and has_more is not False:
        raise _strange(f"The objects in the list of {what} have no id.")
    return Page(named, has_more, nameless)


def id_of(row: Any) -> str:
    """Return the id of an object as text, or '' if it has none."""
    id = row.get("id") if isinstance(row, dict) else None
    usable = isinstance(id, str | int | float) and not isinstance(id, bool)
    return str(id) if usable else ""


def _strange(detail: str) -> ProviderError:
    advice = "Check the base_url (it usually ends in /v1); a proxy or a gateway may have answered."
    return ProviderError(codes.LIST_UNREADABLE, f"{detail} {advice}")


@dataclass(slots=True)
class Walk:
    """One walk over a list, from page to page.

    `fetch` reads a page, and `what` names the list in errors. `limits` are page lengths, tried in
    turn until the server accepts one; 0 sends no limit. `read` is called with the number of rows so
    far. `order` is `asc` for the oldest row first. `honest` is true once the server has sent
    `has_more: true`, `exact` once an answer has shown that a cursor means one row, and `coarse` once
    an answer has shown that it means all rows of one second.
    """

    fetch: Fetch
    what: str
    limits: Sequence[int]
    read: Callable[[int], None] = lambda _count: None
    order: str = "asc"
    limit: int = DEFAULT
    query: Mapping[str, Any] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    nameless: list[Row] = field(default_factory=list)
    honest: bool = False
    exact: bool = False
    coarse: bool = False

    def every_row(self) -> Rows:
        """Return every row, each id once. Raises ProviderError if the list may be incomplete."""
        return self.rest(self.begin())

    def begin(self) -> Page:
        """Read the first page, and return it."""
        first = self._first()
        self._keep(first)
        return first

    def step(self, page: Page) -> Page | None:
        """Return the page after `page`, the last page so far, or None if the list is complete."""
        if self._is_last(page):
            return None
        found = self._following(page)
        return None if found is None or self._is_last(found) else found

    def rest(self, page: Page | None) -> Rows:
        """Read all pages after `page`, and return every row of the walk.

        If `page` is None, there are no further pages. Raises ProviderError if the list may be
        incomplete.
        """
        for _ in range(MOST):
            if page is None or self._is_last(page):
                return Rows(self.rows.values(), self.nameless)
            page = self._following(page)
        raise self._distrust("its pages do not end")

    def turned(self, order: str) -> Self:
        """Return a walk over the same list in another order, with the known facts about the server.

        From then on, both walks report the number of rows that they have read together.
        """
        read, limits = self.read, (self.limit,)
        front = self.rows
        back: dict[str, Row] = {}

        def together(_count: int) -> None:
            read(len(front) + len(back))

        self.read = together
        return replace(self, order=order, limits=limits, rows=back, nameless=[])

    def _first(self) -> Page:
        """Return the first page, with the first page length that the server accepts."""
        *others, last = self.limits
        for limit in others:
            try:
                return self._ask_for(limit)
            # Another page length cannot mend any other error, so only this one is passed over.
            except Invalid:
                continue
        return self._ask_for(last)

    def _ask_for(self, limit: int) -> Page:
        self.limit = limit or DEFAULT
        self.query = {"limit": limit, "order": self.order} if limit else {}
        return self._page()

    def _page(self, **other: str) -> Page:
        return page_of(self.fetch({**self.query, **other}), self.what)

    def _is_last(self, page: Page) -> bool:
        """Return true if no page follows this one, as far as the server can be believed."""
        if not page.rows:
            return True
        if page.more is not False:
            self.honest = self.honest or page.more is True
            return False
        return self.honest or not (page.length in USUAL or page.length == self.limit)

    def _following(self, page: Page) -> Page | None:
        """Return the next page that has a new row, or None if there is none."""
        found = self._after(self._cursor(page), page)
        if found and self._lost_a_second(page, found):
            self.coarse = True
            found = self._after(self._cursor(page), page)
        if not found or not found.rows or self._keep(found):
            return found
        if found.ids == page.ids:
            self._check_same_again(page, found)
            return None
        # Only the overlap was returned: the list ended with `page`, unless the server says otherwise.
        if not found.more:
            return None
        return self._past_the_overlap(page)

    def _cursor(self, page: Page) -> str:
        """Return the id of the row after which the next page begins, or '' if there is none.

        Until cursors are known to be exact, this is the row before the last, so that no row is
        lost.
        """
        rows = page.rows
        if not self.coarse:
            return str(rows[-1 if self.exact else -2 :][0]["id"])
        last = rows[-1].get("created_at")
        earlier = [str(row["id"]) for row in rows if row.get("created_at") != last]
        return earlier[-1] if earlier else ""

    def _after(self, cursor: str, page: Page) -> Page | None:
        """Return the page after `cursor`, or None if the server returns none and the list is complete."""
        try:
            if cursor:
                return self._page(after=cursor)
            why = "its cursors skip rows that were created within one second"
        except REFUSALS:
            why = "it refuses its own cursor"
        # A page that is shorter than the limit is the last one, so no row is missing.
        if page.more or page.length == self.limit:
            raise self._distrust(why)
        return None

    def _lost_a_second(self, page: Page, found: Page) -> bool:
        """Return true if the server took the cursor for a second, and skipped rows of that second.

        `found` is the page after the cursor, which is the row before the last of `page`. An exact
        server begins `found` with the last row of `page`. The fault shows only if these two rows of
        `page` were created in the same second.
        """
        before, last = page.rows[-2:][0], page.rows[-1]
        moment = last.get("created_at")
        if self.exact or self.coarse or before is last or before.get("created_at") != moment:
            return False
        first = found.rows[0] if found.rows else {}
        self.exact = first.get("id") == last["id"]
        return found.ids != page.ids and first.get("created_at") != moment

    def _check_same_again(self, page: Page, found: Page) -> None:
        """Raise ProviderError if a server that ignores cursors may have more rows than this page."""
        if page.more or found.more:
            raise self._distrust("it returns the same page again and again")
        # A server that ignores `limit` as well sends its whole list with every answer. If it obeys
        # `limit=1`, the rows after this page cannot be read.
        if len(page.rows) == self.limit and len(self._page(limit="1").rows) != self.limit:
            raise self._distrust("it ignores the cursor, and returns the first page again")

    def _past_the_overlap(self, page: Page) -> Page | None:
        """Return the page after the last row that was read.

        It is read when the server returned only known rows and still says that more rows follow.
        Raises ProviderError if that page has no new row either.
        """
        found = None if self.coarse else self._after(str(page.rows[-1]["id"]), page)
        if found and (not found.rows or self._keep(found)):
            return found
        raise self._distrust("it says that more rows follow, but returns only known rows")

    def _keep(self, page: Page) -> bool:
        """Add the rows of a page, and return true if one of them is new."""
        known = len(self.rows)
        self.rows.update((row["id"], row) for row in page.rows if row["id"] not in self.rows)
        self.nameless += (row for row in page.nameless if row not in self.nameless)
        self.read(len(self.rows))
        return len(self.rows) > known

    def _distrust(self, why: str) -> ProviderError:
        """Return the error for a list that may be incomplete. `why` says what the server did."""
        return ProviderError(
            codes.LIST_UNTRUSTED,
            f"Listing {self.what}: {why}. The list may be incomplete, so it was not used. If objects "
            "are being deleted at this moment, try again. Otherwise this server can be used only "
            "while all its objects fit on one page.",
        )
