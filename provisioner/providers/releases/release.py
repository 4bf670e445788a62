"""A release: the exact parameters of a request, with a number and their provenance.

This module also writes a release to a file, and decides whether a file counts as a release.
"""

from __future__ import annotations

import hashlib
import json
import re
from copy import deepcopy
from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Any

from provisioner.model.codes import registries as codes
from provisioner.model.frozen import frozen
from provisioner.model.mark import Mark
from provisioner.model.value import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.model.code import Code

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(?:\[[A-Za-z0-9_-]{1,64}\])?")
"""Matches the name of a stack, an environment or an assistant, each of which is a folder.

If a table declares several assistants, the name of each has the key of its row in brackets.
"""
NAME = re.compile(rf"(?P<id>{PART.pattern}(?:/{PART.pattern}){{2}})/(?P<number>\d{{8,}})\.json")
"""Matches the path of a release in a registry."""

ROLLBACK_OF = "rollback_of"
"""The key in the provenance of a copy for the number of the release that was copied."""
SEAL = "seal"
"""The key in the provenance for the digest of the whole release."""
KIND = "assistant"
MAY_BE_AN_ID = re.compile(r"(?=[\w-]*[\d_-])[\w-]{4,128}", re.ASCII)
"""Matches a word that may be the id of an object: it contains a digit, `_` or `-`."""


class Damaged(ValueError):
    """A file does not count as the release of its path. The message says why.

    `code` names the kind of fault. `named` are the words of the file that may be ids of objects.
    Whatever the file is, an application may be using these objects.
    """

    def __init__(self, why: str, data: bytes, code: Code = codes.RELEASE_DAMAGED) -> None:
        super().__init__(why)
        self.code = code
        self.named = frozenset(MAY_BE_AN_ID.findall(data.decode("utf-8", "replace")))


@frozen
class Release:
    """One release of the assistant `id`, which is `STACK/ENVIRONMENT/ASSISTANT`.

    `params` are complete: an application passes them to `client.responses.create` in this order.
    `metadata` contains the mark. `created_at` is in unix seconds. A `deleted` release is a
    tombstone: it says that the assistant does not exist any more. `sealed` is true if the release
    was read with a valid seal. A release without a seal was published by an earlier version of this
    tool.
    """

    id: str
    number: int = 0
    name: str = ""
    description: str = ""
    address: str = ""
    owner: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    created_at: float = 0.0
    deleted: bool = False
    sealed: bool = field(default=False, compare=False)

    @property
    def digest(self) -> str:
        """The digest of `params`. It ignores the order of keys, because version 0.1.0 does so."""
        return _sha256(json.dumps(walk(self.params, _as_integer), sort_keys=True, **_COMPACT))

    @property
    def seal(self) -> str:
        """The number, and the digest of everything in the file, with `params` in their order.

        Version 0.1.0 copies the seal of a release when it rolls back to it. Such a seal contains
        the number of the other release and is ignored.
        """
        said = {name: getattr(self, name) for name in _WRITTEN}
        said["metadata"] = dict(sorted(self.metadata.items()))
        said["provenance"] = dict(sorted(self.provenance.items()))
        return f"{self.number}:{_sha256(json.dumps(said, **_COMPACT))}"

    @property
    def home(self) -> str:
        """The id that follows from `owner` and `address`, or '' if there is no owner."""
        return f"{self.owner}/{self.address.partition('.')[2]}" if self.owner else ""

    def at_home(self) -> Release:
        """Return the release with an `owner` and `address`, which are taken from its id if missing."""
        owner, _, name = self.id.rpartition("/")
        return replace(self, owner=self.owner or owner, address=self.address or f"{KIND}.{name}")

    def misplaced(self) -> str:
        """Return a clause that says why this release does not belong to its id, or '' if it does.

        The owner and the address must name the id, and so must the mark if there is one.
        """
        if self.home != self.id:
            return f"it says that it is a release of {self.home or 'nobody'}"
        mark = Mark.from_metadata(self.metadata)
        if mark and f"{mark.owner}/{mark.address.name}" != self.id:
            return f"its mark says that it is {mark.address} of {mark.owner}"
        return ""

    def arguments(self) -> dict[str, Any]:
        """Return a new dict of arguments for `client.responses.create(**arguments, input=…)`."""
        return deepcopy(dict(self.params))

    def says_the_same(self, other: Release) -> bool:
        """Return true if publishing `other` after this release would change nothing.

        The time and the revision of a publication make no difference. The order of `params` does,
        because models write in the order of the properties of a schema.
        """
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        about = (self.name, self.description, self.address, self.owner, self.deleted)
        params = json.dumps(walk(self.params, _as_integer), **_COMPACT)
        return *about, params, dict(self.metadata)

    def to_bytes(self) -> bytes:
        """Return the content of the file, with a seal.

        Raises TypeError or ValueError if it cannot be JSON.
        """
        written = {name: getattr(self, name) for name in _WRITTEN}
        written["provenance"] = {**self.provenance, SEAL: self.seal}
        # Version 0.1.0 knows no seal and checks the digest, so the file contains both.
        written["digest"] = self.digest
        # A prompt may contain half of a surrogate pair, which UTF-8 alone cannot encode.
        text = json.dumps(written, indent=2, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, id: str, number: int, data: bytes) -> Release:
        """Return the release in a file.

        Raises Damaged if the file is incomplete, changed or misplaced.
        """
        try:
            written = json.loads(data.decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            raise Damaged("it is not JSON, or is incomplete", data) from None
        try:
            digest = written.pop("digest")
            provenance = dict(written.pop("provenance", {}))
            seal = str(provenance.pop(SEAL, ""))
            release = cls(id=id, provenance=provenance, **written)
            if not seal.startswith(f"{number}:"):
                seal = ""
            # Inside of the try, because a field of another type may make any comparison fail.
            why, code = release._fault(number, digest, seal)
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            raise Damaged("it is JSON, but not a release", data) from None
        if why:
            raise Damaged(why, data, code)
        return replace(release, sealed=bool(seal))

    def _fault(self, number: int, digest: str, seal: str) -> tuple[str, Code]:
        """Return (clause, code) for the reason why this is not the release of its path.

        The clause is '' if it is that release.
        """
        if self.number != number:
            return f"it says that it is release {self.number}", codes.RELEASE_DAMAGED
        if odd := next(
            (n for n, kind in _TYPES.items() if not isinstance(getattr(self, n), kind)), ""
        ):
            return f"its {odd} has another type than in a release", codes.RELEASE_DAMAGED
        if digest != self.digest:
            return "its params do not match its digest", codes.RELEASE_DAMAGED
        if why := self.misplaced():
            return why, codes.RELEASE_MISPLACED
        if seal and seal != self.seal:
            return (
                "it was changed after it was published: its seal does not match",
                codes.RELEASE_DAMAGED,
            )
        return "", codes.RELEASE_DAMAGED


def id_of(stack: str, environment: str, assistant: str) -> str:
    """Return the id of an assistant's releases. Raises ValueError if a part cannot name a folder."""
    parts = (stack, environment, assistant)
    for part in parts:
        if not PART.fullmatch(part):
            raise ValueError(f"{part!r} cannot name a folder of releases")
    return "/".join(parts)


def file_name(id: str, number: int) -> str:
    """Return the path of a release, relative to the registry."""
    return f"{id}/{number:08}.json"


def _sha256(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _as_integer(leaf: Any) -> Any:
    """Return a number such as 1.0 as an integer, so that 1 and 1.0 have the same digest."""
    return int(leaf) if isinstance(leaf, float) and leaf.is_integer() else leaf


_COMPACT: dict[str, Any] = {"separators": (",", ":"), "ensure_ascii": False}
_WRITTEN = tuple(one.name for one in fields(Release) if one.name not in {"id", "sealed"})
"""The fields of a release that its file contains."""
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("name", "description", "address", "owner"), str),
    **dict.fromkeys(("params", "metadata"), dict),
    "created_at": (int, float),
    "deleted": bool,
}
