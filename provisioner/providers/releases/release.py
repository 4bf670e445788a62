"""A release: the exact parameters of a request, numbered, and where they came from.

Also its spelling as a file, and what makes such a file whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from provisioner.model.value import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""What stack, environment and assistant may be called: each is a folder."""
NAME = re.compile(rf"(?P<id>{PART.pattern}(?:/{PART.pattern}){{2}})/(?P<number>\d{{8,}})\.json")

ROLLBACK_OF = "rollback_of"
"""Where a copy's provenance says which release it is a copy of."""


class Damaged(ValueError):
    """A file that is no whole release. The message says why."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release of the assistant `id`, which is `STACK/ENVIRONMENT/ASSISTANT`.

    `params` are complete: they go into `client.responses.create` as they are. `metadata` carries
    the mark. `created_at` is in unix seconds. A `deleted` one is a tombstone: from it on there is
    no such assistant.
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

    @property
    def digest(self) -> str:
        """The content address of `params`."""
        content = canonical(self.params).encode("utf-8", "surrogatepass")
        return f"sha256:{hashlib.sha256(content).hexdigest()}"

    def arguments(self) -> dict[str, Any]:
        """Arguments for `client.responses.create(**arguments, input=…)`; a fresh dict."""
        return deepcopy(dict(self.params))

    def says_the_same(self, other: Release) -> bool:
        """Whether publishing `other` on top of this one would change nothing.

        When and from which revision it was published is no difference.
        """
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        about = (self.name, self.description, self.address, self.owner, self.deleted)
        return *about, canonical(self.params), canonical(self.metadata)

    def to_bytes(self) -> bytes:
        """The file, for people and version control too. Raises ValueError if it is no JSON."""
        written = {key: value for key, value in asdict(self).items() if key != "id"}
        written["digest"] = self.digest
        text = json.dumps(written, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, id: str, number: int, data: bytes) -> Release:
        """Read a file. Raises Damaged unless it is whole: it parses, and its digest fits."""
        try:
            written = json.loads(data.decode("utf-8", "surrogatepass"))
            digest = written.pop("digest")
            release = cls(id=id, **written)
        except (ValueError, RecursionError):
            raise Damaged("it is not JSON, or not the whole of it") from None
        except (AttributeError, KeyError, TypeError):
            raise Damaged("it is JSON, but no release") from None
        if release.number != number:
            raise Damaged(f"it says that it is release {release.number}")
        if not isinstance(release.params, dict) or not isinstance(release.metadata, dict):
            raise Damaged("its params or its metadata are no mapping")
        if digest != release.digest:
            raise Damaged("its params are not those that its digest was taken of")
        return release


def id_of(stack: str, environment: str, assistant: str) -> str:
    """Raises ValueError where one of them cannot be a folder's name."""
    parts = (stack, environment, assistant)
    for part in parts:
        if not PART.fullmatch(part):
            raise ValueError(f"{part!r} cannot name a folder of releases")
    return "/".join(parts)


def file_name(id: str, number: int) -> str:
    """Where a release stands, relative to the registry."""
    return f"{id}/{number:08}.json"
