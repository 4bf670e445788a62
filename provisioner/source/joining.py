"""Join pieces of text, and remember which parts of the result are secret."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from provisioner.model.value import Sensitive

Text: TypeAlias = str | Sensitive

_SHORTEST: Final = 4
"""A secret of at least this many characters is masked wherever it occurs in the joined text. A
shorter one, such as `no`, is masked only at its own place, since it may be a part of any word."""


def joined(pieces: Iterable[Text], between: str = "") -> Text:
    """Return the pieces as one text, separated by `between`. It is Sensitive if any piece is."""
    text, spans = "", []
    for index, piece in enumerate(pieces):
        text += between if index else ""
        # Only the secret part is masked. A prompt that is hidden as a whole cannot be reviewed.
        if isinstance(piece, Sensitive):
            parts = piece.spans or ((0, len(piece.value)),)
            spans += [(len(text) + start, len(text) + end) for start, end in parts]
            text += piece.value
        else:
            text += piece
    return _sensitive(text, spans) if spans else text


def cut(text: Text, start: int, end: int) -> Text:
    """Return the characters of a text from `start` to `end`.

    The result is Sensitive if the text is.
    """
    if not isinstance(text, Sensitive):
        return text[start:end]
    spans = [(max(a, start) - start, min(b, end) - start) for a, b in text.spans]
    return _sensitive(text.value[start:end], [(a, max(a, b)) for a, b in spans])


def without_blank_ends(text: Text) -> Text:
    """Return a text without the line breaks at its start and its end."""
    plain = text.value if isinstance(text, Sensitive) else text
    end = len(plain.rstrip("\n"))
    return cut(text, min(len(plain) - len(plain.lstrip("\n")), end), end)


def _sensitive(text: str, spans: list[tuple[int, int]]) -> Sensitive:
    """Return a Sensitive text in which `spans` are masked, and all repetitions of a long secret too.

    `spans` are the secret parts: pairs of the first character and the character after the last one.
    """
    for secret in {text[start:end] for start, end in spans}:
        place = text.find(secret) if len(secret) >= _SHORTEST else -1
        while place >= 0:
            # The search goes on at the next character, because repetitions may overlap.
            spans.append((place, place + len(secret)))
            place = text.find(secret, place + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    # No spans means that the whole text is secret.
    return Sensitive(text, spans=() if merged == [(0, len(text))] else tuple(merged))
