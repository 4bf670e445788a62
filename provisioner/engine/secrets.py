"""Finds the secret parts of a live text, so that the rest of the text can be shown.

A server returns a text without saying which parts are secret. The mark records where the secrets
were in the last applied text, and the manifests have the current secrets.
"""

from typing import Any, Final

from provisioner.engine.tracked_fields import TrackedField
from provisioner.model.mark import Applied
from provisioner.model.value import Sensitive, Spans, is_sensitive, leaves

NO_SECRET: Final[Spans] = ((0, 0),)
"""The spans of a text that certainly contains no secret."""
SHORTEST: Final = 4
"""The length of the shortest secret that is searched for. Shorter ones occur in many words."""


def with_secrets(tracked: TrackedField) -> Any:
    """Return the live value of a field, as a Sensitive if its secret parts are known.

    The value is returned unchanged if it contains no secret, or if it may contain one at an unknown
    place.
    """
    live, applied = tracked.live, tracked.applied
    if not isinstance(live, str) or not is_masked(tracked):
        return live
    known = _known(tracked.desired)
    found = _found(live, known)
    if applied and applied.sensitive and tracked.comparer.is_recorded(live, applied.sent):
        # Without places that fit the text, all of the text counts as secret.
        is_whole = not _is_in_order(applied.spans, len(live))
        return live if is_whole else Sensitive(live, spans=_merged([*applied.spans, *found]))
    # If a known secret is missing, the text may contain an older one, which cannot be located.
    if not _holds_each(live, known) or len(found) < _expected(applied):
        return live
    return Sensitive(live, spans=found or NO_SECRET)


def is_masked(tracked: TrackedField) -> bool:
    """Return true if a field contains a secret, or contained one when it was last applied."""
    return is_sensitive(tracked.desired) or bool(tracked.applied and tracked.applied.sensitive)


def _known(desired: Any) -> set[str]:
    return {secret for leaf in leaves(desired, Sensitive) for secret in leaf.secrets if secret}


def _holds_each(live: str, known: set[str]) -> bool:
    """Return true if the live text contains every current secret, and each is long enough to be found."""
    return all(len(secret) >= SHORTEST and secret in live for secret in known)


def _expected(applied: Applied | None) -> int:
    """Return how many secrets must be found in a live text before the rest of it may be shown.

    With fewer, an older secret could be in the text at an unknown place.
    """
    if applied is None:
        return 0
    return len(applied.spans) or (_NEVER if applied.sensitive else 0)


_NEVER: Final = 1 << 30
"""A number that no text reaches, for a mark that does not say how many secrets there were."""


def _found(text: str, known: set[str]) -> Spans:
    """Return the places of the current secrets in a text."""
    spans = []
    for secret in known:
        start = text.find(secret) if len(secret) >= SHORTEST else -1
        while start >= 0:
            spans.append((start, start + len(secret)))
            # Two places may overlap, and each must be masked.
            start = text.find(secret, start + 1)
    return _merged(spans)


def _merged(spans: list[tuple[int, int]]) -> Spans:
    """Return the spans in order. Spans that overlap are joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _is_in_order(spans: Spans, length: int) -> bool:
    """Return true if all spans are within a text of that length, in order and without overlap.

    Somebody may have edited the mark, so its numbers are checked before they are used.
    """
    edges = [edge for span in spans for edge in span]
    return bool(edges) and edges == sorted(edges) and edges[-1] <= length
