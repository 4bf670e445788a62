"""The mark: our metadata on a live object. Because of it no state file is needed.

A mark has at most four keys. `provisioner.owner` names the owner of the object, and
`provisioner.address` its resource. `provisioner.applied` has digests of the last applied value of each
tracked field. `provisioner.settings` holds values that the API cannot store with the object: run-level
settings, and the File that each attached file comes from. Settings that do not fit into that value
continue behind the address. A mark holds no time, revision or tool version, so it changes only with
the fields that it describes, and it is sent in the same request. An object without metadata carries a
shorter mark in one of its texts: see `mark_location`.

Marks have versions, because their digests do: a mark is judged with the digests of its own version
(see `value.digest`), and is written in the newest version with the next update of its object.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from sys import intern
from typing import Any, Self

from provisioner.model.address import NAME, Address
from provisioner.model.frozen import frozen
from provisioner.model.value import Spans, canonical, digest

PREFIX = "provisioner."
KEYS = tuple(f"{PREFIX}{name}" for name in ("owner", "address", "applied", "settings"))
OWNER, ADDRESS, APPLIED, SETTINGS = KEYS
VALUE_LIMIT = 512
"""The most characters of one metadata value in the API."""
VERSION = 2
"""The version of the marks that are written. Version 1 had no flag for it."""
MOST_DIGITS = 9
CANDIDATE = ".candidate-"
"""The text after the environment in the owner of a candidate. No environment's name has a dot."""
KEY_LENGTH = 5
"""The length of the digest that stands in a mark for the path of a tracked field."""
_FLAGS = re.compile(r"[!^]")
"""The characters that end the digests of a tracked field."""


@frozen(order=True)
class Owner:
    """The owner of an object: a Stack's id (its name, if it has none) and the environment."""

    stack: str
    environment: str = "default"

    def __str__(self) -> str:
        return f"{self.stack}/{self.environment}"

    @property
    def candidate_of(self) -> "Owner | None":
        """Returns the owner beside whose objects a candidate was made, None for any other owner."""
        environment, ending, _ = self.environment.partition(CANDIDATE)
        return Owner(self.stack, environment) if ending else None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `ID/ENV`. Raises ValueError when either part is missing."""
        stack, _, environment = text.partition("/")
        if not stack or not environment:
            raise ValueError(f"{text!r} is not an owner; one looks like k3v9q0x7dp/default")
        return cls(stack, environment)


@frozen
class Applied:
    """Digests of one tracked field: of the value sent, and of the value that the server returned.

    `sent` is empty for an undeclared value; `got` is then the digest of the live value that is the
    baseline. `refused` is true if the server answered with the value from before the write. `spans`
    are the secret parts of a sensitive text as it was sent; the whole value is secret where there are
    none.

    As text it is `SENT`, or `SENT~GOT` where the two differ. `!` follows if the value is sensitive,
    with `START+LENGTH` of each secret part, and `^` if it was refused: `b1Xc9!120+16,300+4`.
    """

    sent: str
    got: str
    sensitive: bool = False
    refused: bool = False
    spans: Spans = ()

    def __str__(self) -> str:
        both = self.sent if self.sent == self.got else f"{self.sent}~{self.got}"
        parts = ",".join(f"{start}+{end - start}" for start, end in self.spans)
        return f"{both}{f'!{parts}' if self.sensitive else ''}{'^' if self.refused else ''}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a mark from the text that `str` returns. Flags may stand in any order."""
        if text.isalnum():  # nearly every entry is one digest
            return cls(text, text)
        both = _FLAGS.split(text, maxsplit=1)[0]
        flags = text[len(both) :]
        sent, other, got = both.partition("~")
        return cls(
            sent,
            got if other else sent,
            sensitive="!" in flags,
            refused="^" in flags,
            spans=_spans(flags.partition("!")[2].rstrip("^")),
        )


def _spans(text: str) -> Spans:
    """Yield the parts that `START+LENGTH,…` names, none for a text that is not of this form."""
    parts = [part.partition("+")[::2] for part in text.split(",") if part]
    if not all(_is_count(start) and _is_count(length) for start, length in parts):
        return ()
    return tuple((int(start), int(start) + int(length)) for start, length in parts)


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) <= MOST_DIGITS


@lru_cache(maxsize=4096)
def tracked_key(tracked: str) -> str:
    """Return the key of a tracked field in a mark: a short digest of its path.

    It is cached, because a thousand assistants have the same dozen paths.
    """
    return digest(tracked, KEY_LENGTH)


@frozen
class Mark:
    """Our metadata on a live object: its owner, its address, and digests of the last applied values.

    `applied` maps `tracked_key(path)` to digests. `generation` counts replacements from 1. `intact` is
    false where somebody has removed or damaged a key of the mark. `version` says how the digests were
    made. `formerly` maps each renamed resource that the object refers to to its former addresses: the
    digests may have been made with these. `formerly` is not written into the mark.
    """

    owner: Owner
    address: Address
    applied: Mapping[str, Applied] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    generation: int = 1
    protected: bool = False
    intact: bool = True
    version: int = VERSION
    formerly: Mapping[Address, tuple[Address, ...]] = field(default_factory=dict, compare=False)

    def of(self, tracked: str) -> Applied | None:
        """Return the entry of a tracked field, None if it was never applied."""
        return self.applied.get(tracked_key(tracked))

    def to_metadata(self) -> dict[str, str]:
        flags = [f"generation={self.generation}"] if self.generation > 1 else []
        flags += ["protect"] if self.protected else []
        flags += [f"v={self.version}"] if self.version > 1 else []
        metadata = {
            OWNER: ";".join([str(self.owner), *flags]),
            ADDRESS: str(self.address),
            APPLIED: " ".join(f"{key}:{self.applied[key]}" for key in sorted(self.applied)),
        }
        if self.settings:
            text = canonical(self.settings)
            metadata[SETTINGS] = text[:VALUE_LIMIT]
            # An assistant with twenty files and every run-level field needs more than VALUE_LIMIT
            # characters, so the rest goes behind the address, which is short.
            metadata[ADDRESS] += f" {text[VALUE_LIMIT:]}".rstrip()
        return metadata

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> "Mark | None":
        """Return the mark in an object's metadata, None if there is none that can be read."""
        owner, address, applied = (metadata.get(key) for key in (OWNER, ADDRESS, APPLIED))
        if owner is None or address is None:
            return None
        said = None if applied is None else str(applied)
        return _mark(str(owner), str(address), said, str(metadata.get(SETTINGS, "")))

    def to_text(self) -> str:
        """Return the mark as one text, for objects without metadata: owner, name, flags, digests.

        The flags are `gN` for a generation and `vN` for a version above 1. The kind is left out, because
        the object itself has it. Such a mark has neither settings nor protection.
        """
        parts = [str(self.owner), self.address.name]
        parts += [f"g{self.generation}"] if self.generation > 1 else []
        parts += [f"v{self.version}"] if self.version > 1 else []
        return " ".join([*parts, *(f"{key}{self.applied[key]}" for key in sorted(self.applied))])

    @classmethod
    def from_text(cls, text: str, kind: str) -> Self | None:
        """Return the mark in a text that `to_text` wrote, None for any other text."""
        owner, _, rest = text.partition(" ")
        name, *parts = rest.split() or [""]
        flags = {part[:1]: part[1:] for part in reversed(parts) if len(part) <= KEY_LENGTH}
        if not NAME.fullmatch(name):
            return None
        try:
            return cls(
                Owner.parse(owner),
                Address.parse(f"{kind}.{name}"),
                applied={
                    part[:KEY_LENGTH]: Applied.parse(part[KEY_LENGTH:])
                    for part in parts
                    if len(part) > KEY_LENGTH
                },
                generation=_count(flags.get("g", "1")),
                version=_count(flags.get("v", "1")),
            )
        except ValueError:
            return None


def user_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object's metadata without our mark."""
    return {key: value for key, value in metadata.items() if key not in KEYS}


def _count(text: str) -> int:
    """Return a whole number from 1, and 1 for any other text."""
    return max(1, int(text)) if _is_count(text) else 1


def _is_whole(applied: Any, settings: str) -> bool:
    """Return true if the keys that only we write are all there and can be read."""
    if applied is None:
        return False
    for pair in str(applied).split():
        if ":" not in pair:
            return False
    return not settings or _settings(settings) != {}


# Thousands of objects share one owner and few digests, so each text is parsed only once.
_owner = lru_cache(maxsize=64)(Owner.parse)
_entry = lru_cache(maxsize=4096)(Applied.parse)


@lru_cache(maxsize=32_768)
def _mark(owner: str, address: str, applied: str | None, settings: str) -> Mark | None:
    """Read a mark from its four texts. It is cached, since several steps read the marks of all rows."""
    head, *flags = owner.split(";")
    name, _, rest = address.partition(" ")
    try:
        whose, which = _owner(head), Address.parse(name)
    except ValueError:
        return None
    options = dict(flag.partition("=")[::2] for flag in flags)
    return Mark(
        whose,
        which,
        applied=_applied(applied or ""),
        settings=_settings(settings + rest),
        generation=_count(options.get("generation", "1")),
        protected="protect" in options,
        version=_count(options.get("v", "1")),
        intact=_is_whole(applied, settings + rest),
    )


def _applied(text: str) -> dict[str, Applied]:
    pairs = (pair.partition(":") for pair in text.split())
    return {intern(key): _entry(value) for key, colon, value in pairs if colon}


def _settings(text: str) -> dict[str, Any]:
    try:
        settings = json.loads(text or "{}")
    except ValueError:
        return {}
    return settings if isinstance(settings, dict) else {}
