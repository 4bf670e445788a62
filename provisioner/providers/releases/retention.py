"""Decide which releases are kept. It does no I/O, so a plan can ask before anything is removed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provisioner.providers.releases.release import Release

DAY = 86400.0
KEEP = 10
"""Releases of one assistant that stay, however old they are."""


def retained(
    releases: Iterable[Release], now: float, *, keep: int = KEEP, younger_than: float = DAY
) -> set[tuple[str, int]]:
    """Return the releases that are kept, by id and number.

    Of each assistant the `keep` newest releases are kept, and all that were current less than
    `younger_than` seconds ago; the current one is always kept. Of a deleted assistant, only releases
    that were current less than `younger_than` seconds ago are kept. Its tombstone is kept as long as any
    of them, and for at least a day, because a publisher that read an older release may still publish.
    """
    return {
        (id, number)
        for id, found in by_id(releases).items()
        for number in _retained(found, now, max(1, keep), younger_than)
    }


def by_id(releases: Iterable[Release]) -> dict[str, list[Release]]:
    """Return the releases of each assistant, newest first."""
    found: dict[str, list[Release]] = {}
    for release in releases:
        found.setdefault(release.id, []).append(release)
    return {id: sorted(of, key=lambda one: one.number, reverse=True) for id, of in found.items()}


def _retained(releases: Sequence[Release], now: float, keep: int, younger_than: float) -> set[int]:
    # A release was current until the next one was published. Publishers' clocks may be wrong: the
    # next one was published no earlier than any below it, and a date in the future is passed over.
    latest, recent = 0.0, set()
    for one, successor in pairwise(reversed(releases)):
        dates = (one.created_at, successor.created_at)
        if max(latest, *dates) > now - younger_than:
            recent.add(one.number)
        latest = max([latest, *(date for date in dates if date <= now)])
    newest = releases[0]
    if not newest.deleted:
        return recent | {one.number for one in releases[:keep]}
    is_young = max(latest, newest.created_at) > now - max(younger_than, DAY)
    return recent | {newest.number} if recent or is_young else set()
