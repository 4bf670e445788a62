"""Find the secret parts of a live text, so that the rest of it can be shown.

A server knows nothing of secrets: the live text comes back as one plain string. The mark says where
the secrets of the text stood that was last applied, and the manifests hold the secrets of today.
"""

from typing import Any, Final

from provisioner.engine.tracked_fields import TrackedField
from provisioner.model.mark import Applied
from provisioner.model.value import Sensitive, Spans, is_sensitive, leaves

NO_SECRET: Final[Spans] = ((0, 0),)
"""The secret parts of a text that is known to have none."""
SHORTEST: Final = 4
"""Characters of the shortest secret that is looked for in a text: shorter ones stand in many words."""


def with_secrets(tracked: TrackedField) -> Any:
    """Return the live value of a field, as a Sensitive where its secret parts are known.

    The value comes back unchanged where it holds no secret, and where it may hold one at a place
    that nobody knows.
    """
    live, applied = tracked.live, tracked.applied
    if not isinstance(live, str) or not is_masked(tracked):
        return live
    known = _known(tracked.desired)
    found = _found(live, known)
    if applied and applied.sensitive and tracked.comparer.is_recorded(live, applied.sent):
        is_whole = not _is_in_order(applied.spans, len(live))
        return live if is_whole else Sensitive(live, spans=_merged([*applied.spans, *found]))
    if not _holds_each(live, known) or len(found) < _expected(applied):
        return live
    return Sensitive(live, spans=found or NO_SECRET)


def is_masked(tracked: TrackedField) -> bool:
    """Return whether a secret stands in a field, or stood in it when it was last applied."""
    return is_sensitive(tracked.desired) or bool(tracked.applied and tracked.applied.sensitive)


def _known(desired: Any) -> set[str]:
    return {secret for leaf in leaves(desired, Sensitive) for secret in leaf.secrets if secret}


def _holds_each(live: str, known: set[str]) -> bool:
    """Return whether every secret of today stands in the live text, and is long enough to be told there."""
    return all(len(secret) >= SHORTEST and secret in live for secret in known)


def _expected(applied: Applied | None) -> int:
    """Return how many secrets a live text must hold, so that an unknown one cannot be among them."""
    if applied is None:
        return 0
    return len(applied.spans) or (_NEVER if applied.sensitive else 0)


_NEVER: Final = 1 << 30
"""More secrets than any text holds: the mark does not say how many there were."""


def _found(text: str, known: set[str]) -> Spans:
    """Return the places of the secrets of today in a text."""
    spans = []
    for secret in known:
        start = text.find(secret) if len(secret) >= SHORTEST else -1
        while start >= 0:
            spans.append((start, start + len(secret)))
            start = text.find(secret, start + 1)
    return _merged(spans)


def _merged(spans: list[tuple[int, int]]) -> Spans:
    """Return the parts in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _is_in_order(spans: Spans, length: int) -> bool:
    """Return whether a mark names parts of a text of that length, one behind the other."""
    edges = [edge for span in spans for edge in span]
    return bool(edges) and edges == sorted(edges) and edges[-1] <= length
