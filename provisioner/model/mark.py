"""Defines Mark: our metadata on a live object, because of which no state file is needed.

A mark has at most four keys. `provisioner.owner` names the owner of the object, and
`provisioner.address` its resource. `provisioner.applied` has digests of the last applied value of
each tracked field. `provisioner.settings` has values that the API cannot store with the object:
run-level settings, and the File from which each attached upload was made. Settings that do not fit
into one value continue after the address. A mark has no time, revision or tool version, so it
changes only together with the fields that it describes, and is sent in the same request. An object
without metadata has a shorter mark in one of its texts: see `mark_location`.

Marks have versions, because their digests do. A mark is compared with digests of its own version
(see `value.digest`), and the next update of its object writes it in the newest version.
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
"""The largest number of characters that the API accepts for one metadata value."""
VERSION = 2
"""The version of the marks that are written. Marks of version 1 have no flag for their version."""
MOST_DIGITS = 9
"""The largest number of digits of a number in a mark. A longer text is not read as a number."""
CANDIDATE = ".candidate-"
"""The text after the environment in the owner of a candidate, which is made only for `test`.

No environment can be confused with it, because the names of environments have no dot.
"""
KEY_LENGTH = 5
"""The number of characters in the digest that represents the path of a tracked field in a mark."""
_FLAGS = re.compile(r"[!^]")
"""The characters that begin the flags after the digests of a tracked field."""


@frozen(order=True)
class Owner:
    """The owner of an object: the Stack's id (its name, if it has no id) and the environment."""

    stack: str
    environment: str = "default"

    def __str__(self) -> str:
        return f"{self.stack}/{self.environment}"

    @property
    def candidate_of(self) -> "Owner | None":
        """The owner of the live objects beside which this owner's candidates exist.

        None if this is not the owner of a candidate.
        """
        environment, ending, _ = self.environment.partition(CANDIDATE)
        return Owner(self.stack, environment) if ending else None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `ID/ENV`. Raises ValueError if either part is missing."""
        stack, _, environment = text.partition("/")
        if not stack or not environment:
            raise ValueError(f"{text!r} is not an owner; one looks like k3v9q0x7dp/default")
        return cls(stack, environment)


@frozen
class Applied:
    """The digests of one tracked field: of the value that was sent, and of the value that came back.

    `sent` is '' for an undeclared value; `got` is then the digest of the accepted live value.
    `refused` is true if the server kept the value from before the write. `spans` are the secret
    parts of a sensitive text, in the text as it was sent; if it is empty, the whole value is
    secret.

    The text form is `SENT`, or `SENT~GOT` if the digests differ. For a sensitive value `!` follows,
    with `START+LENGTH` of each secret part. For a refused value `^` follows: `b1Xc9!120+16,300+4`.
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
        """Parse the text form. The flags `!` and `^` may be in any order."""
        # Most entries are a single digest without flags, so the slower parsing below is skipped.
        if text.isalnum():
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
    """Parse `START+LENGTH,…`. Returns an empty tuple for any other text."""
    parts = [part.partition("+")[::2] for part in text.split(",") if part]
    if not all(_is_count(start) and _is_count(length) for start, length in parts):
        return ()
    return tuple((int(start), int(start) + int(length)) for start, length in parts)


def _is_count(text: str) -> bool:
    # Anybody with access to the account can write a mark, and `int` raises for thousands of digits.
    return text.isdecimal() and len(text) <= MOST_DIGITS


@lru_cache(maxsize=4096)
def tracked_key(tracked: str) -> str:
    """Return the text that represents a tracked field in a mark: a short digest of its path.

    The result is cached, because a thousand assistants have the same dozen paths.
    """
    return digest(tracked, KEY_LENGTH)


@frozen
class Mark:
    """Our metadata on a live object: its owner, its address, and digests of the last applied values.

    `applied` has the digests by `tracked_key(path)`. `generation` is 1, and 1 more after each
    replacement of the object. `protected` is true if `prevent_destroy` was set. `intact` is false
    if somebody removed or damaged a key of the mark. `version` says how the digests were computed.
    `formerly` has the earlier addresses of renamed resources to which the object refers, because
    the digests may have been computed with them; it is not part of the written mark.
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
        """Return the digests of a tracked field, None if it was never applied."""
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
            # characters. The rest goes after the address, which is short, because a fifth key would
            # be one less for the user.
            metadata[ADDRESS] += f" {text[VALUE_LIMIT:]}".rstrip()
        return metadata

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> "Mark | None":
        """Return the mark in an object's metadata, None if there is no readable mark."""
        owner, address, applied = (metadata.get(key) for key in (OWNER, ADDRESS, APPLIED))
        if owner is None or address is None:
            return None
        # Without the digests the object is still ours. `intact` is then false, and the next update
        # writes the whole mark.
        said = None if applied is None else str(applied)
        return _mark(str(owner), str(address), said, str(metadata.get(SETTINGS, "")))

    def to_text(self) -> str:
        """Return the mark as one text, for objects without metadata: owner, name, flags, digests.

        The flags are `gN` for a generation and `vN` for a version above 1. The kind is left out,
        because the object itself shows it. A mark in this form has no settings, and does not record
        `prevent_destroy`.
        """
        parts = [str(self.owner), self.address.name]
        parts += [f"g{self.generation}"] if self.generation > 1 else []
        parts += [f"v{self.version}"] if self.version > 1 else []
        return " ".join([*parts, *(f"{key}{self.applied[key]}" for key in sorted(self.applied))])

    @classmethod
    def from_text(cls, text: str, kind: str) -> Self | None:
        """Return the mark in a text that `to_text` wrote, None for any other text.

        `kind` is the kind of the object, which the text does not contain.
        """
        owner, _, rest = text.partition(" ")
        name, *parts = rest.split() or [""]
        # A digest follows the key of its field, so it is longer than KEY_LENGTH, and a flag never is.
        # `reversed` lets the first of several equal flags win.
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
    """Return the metadata of an object without the keys of our mark."""
    return {key: value for key, value in metadata.items() if key not in KEYS}


def _count(text: str) -> int:
    """Return the whole number that a text represents, at least 1. Any other text counts as 1."""
    return max(1, int(text)) if _is_count(text) else 1


def _is_whole(applied: Any, settings: str) -> bool:
    """Return true if the keys that only we write are present and readable."""
    if applied is None:
        return False
    for pair in str(applied).split():
        if ":" not in pair:
            return False
    return not settings or _settings(settings) != {}


# Thousands of objects have the same owner and few different digests, so each text is parsed once.
_owner = lru_cache(maxsize=64)(Owner.parse)
_entry = lru_cache(maxsize=4096)(Applied.parse)


@lru_cache(maxsize=32_768)
def _mark(owner: str, address: str, applied: str | None, settings: str) -> Mark | None:
    """Parse a mark from its four texts.

    The result is cached, because several steps of a run read the marks of all rows.
    """
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
    # All objects have the same few keys, so `intern` stores each key once for all of them.
    return {intern(key): _entry(value) for key, colon, value in pairs if colon}


def _settings(text: str) -> dict[str, Any]:
    try:
        settings = json.loads(text or "{}")
    except ValueError:
        return {}
    return settings if isinstance(settings, dict) else {}
