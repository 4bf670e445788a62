"""Reads a long list from both ends at once, which takes half as long as from one end.

A *walk* reads the pages of a list one after the other. It cannot read them at once, because each
page names the next. But a request may ask for the oldest rows first or for the newest first, and two
walks from opposite ends have read every row when they meet. Some servers ignore the order, so the
creation times of the rows must show it in both walks. If they do not, the walk that began at the
oldest row reads the list to its end.

A row that is created meanwhile is missed, just as a row that is created after the last page was
read. Rows that are deleted meanwhile do no harm, because neither walk counts rows.
"""

from __future__ import annotations

from contextlib import closing
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from provisioner.model.errors import ProviderError
from provisioner.model.provider import Rows
from provisioner.providers.threads import Helper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.model.provider import Row
    from provisioner.providers.pages import Page, Walk

NEWEST_FIRST = "desc"
MOST_ROWS = 1_000_000
"""The most rows that are read from both ends. A longer list may be one that never ends."""


def every_row(walk: Walk) -> Rows:
    """Return every row of a list, the oldest first and each id once.

    `walk` must not have begun. If the list has only one page, this walk reads it alone. Raises
    ProviderError if the list may be incomplete.
    """
    page: Page | None = walk.begin()
    # Without a query the server has refused every `limit`, so it is not asked for an order either.
    if page and page.more and walk.query:
        with closing(Helper()) as helper:
            ends = BothEnds(walk, walk.turned(NEWEST_FIRST), helper)
            while page and len(walk.rows) < MOST_ROWS and ends.may_go_on():
                page = ends.step(page)
                if (found := ends.met()) is not None:
                    return found
    return walk.rest(page)


class BothEnds:
    """Two walks over one list. `front` has read its first page, and `back` begins at the other end.

    `back` reads its pages in the thread of `helper`.
    """

    def __init__(self, front: Walk, back: Walk, helper: Helper) -> None:
        self._front, self._back, self._helper = front, back, helper
        self._oldest_first, self._newest_first = Order(1), Order(-1)
        self._last: Page | None = None
        self._is_behind = True  # false once `back` has failed or ended, and `front` reads on alone
        self._overlap = False  # true once both walks have a row in common, and `back` stops

    def may_go_on(self) -> bool:
        """Return true while `back` still reads, and the creation times show both walks' orders.

        Without these orders nothing shows that the walks have met.
        """
        first, last = self._oldest_first, self._newest_first
        # Rows that were all created at the same time show no order, so they prove nothing.
        if not (self._is_behind and first.holds(self._front.rows) and first.last > first.first):
            return False
        # A server that ignores the order begins with the oldest row at both ends.
        return last.holds(self._back.rows) and (last.first > first.first or not self._back.rows)

    def step(self, page: Page) -> Page | None:
        """Read the next page of both walks at once.

        Returns that of the front walk, or None at its end.
        """
        if self._overlap:
            return self._front.step(page)
        following = self._helper.begin(
            partial(self._back.step, self._last) if self._last else self._back.begin
        )
        page_of_front = self._front.step(page)
        try:
            self._last = following.result()
        except ProviderError:
            # The front walk can read the whole list, so a server that refuses the other order is no error.
            self._last = None
        self._is_behind = self._last is not None
        return page_of_front

    def met(self) -> Rows | None:
        """Return every row of the list if the two walks have certainly read them all, else None."""
        if not (self._is_behind and self.may_go_on()):
            return None
        front, back = self._front.rows, self._back.rows
        self._overlap = not front.keys().isdisjoint(back)
        # Each walk has read all rows on its side of the creation time of its last row, but perhaps not
        # all rows with exactly that time. So a common row is not enough: the times of the two walks
        # must have passed each other.
        if not self._overlap or self._newest_first.last >= self._oldest_first.last:
            return None
        newer = [row for id, row in back.items() if id not in front]
        known = self._front.nameless
        nameless = [*known, *(row for row in self._back.nameless if row not in known)]
        return Rows([*front.values(), *reversed(newer)], nameless)


class Order:
    """Checks the order in which a walk reads its rows, by the times at which they were created.

    `direction` is 1 if no row may be older than the row before it, and -1 if no row may be newer.
    `first` and `last` are the creation times of the first and the last row.
    """

    def __init__(self, direction: int) -> None:
        self._direction = direction
        self._count = 0
        self.first = self.last = 0.0

    def holds(self, rows: Mapping[str, Row]) -> bool:
        """Return true if the rows that are new since the last call continue the order."""
        for row in islice(rows.values(), self._count, None):
            moment = row.get("created_at")
            if not isinstance(moment, int | float):
                return False
            if self._count and (moment - self.last) * self._direction < 0:
                return False
            self.first = self.first if self._count else moment
            self.last = moment
            self._count += 1
        return True
