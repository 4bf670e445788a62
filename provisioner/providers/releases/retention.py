"""Decides which releases are kept. It does no I/O, so a plan can ask before anything is removed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provisioner.providers.releases.release import Release

DAY = 86400.0
KEEP = 10
"""The number of newest releases of one assistant that are kept, however old they are."""


def retained(
    releases: Iterable[Release], now: float, *, keep: int = KEEP, younger_than: float = DAY
) -> set[tuple[str, int]]:
    """Return the releases that are kept, by id and number.

    Of each assistant the `keep` newest releases are kept, and all that were current less than
    `younger_than` seconds ago. The current release is always kept. Of a deleted assistant, only the
    releases that were current less than `younger_than` seconds ago are kept. Its tombstone is kept
    as long as any of them, and for at least a day, because a publisher that read an older release
    may still publish.
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
    """Return the numbers that are kept of one assistant, whose releases are given newest first."""
    # A release was current until the next one was published. The clocks of publishers may be wrong. So
    # a release is taken to be no older than any release before it, and a date in the future is ignored.
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
