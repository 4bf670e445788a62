"""A runtime: a place where assistants live, with its word on every field and its bindings."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from provisioner.model.binding import Binding
from provisioner.model.frozen import frozen


class Level(StrEnum):
    """What a runtime does with a field."""

    STORED = "stored"
    PER_RUN = "per run"
    UNSUPPORTED = "unsupported"


@frozen
class Support:
    """A runtime's word on one field, tool or option. `note` is its caveat, a sentence.

    `limit` is how many characters fit, where that is less than the manifest language takes.
    """

    level: Level
    note: str = ""
    limit: int = 0


@frozen
class Runtime:
    """A place where assistants live.

    `support` is keyed by diff path of an Assistant (`temperature`, `tools[web_search].mode`); what
    is not listed is unsupported. A path may end in `=VALUE`, for one value of a field that has
    others (of an object: for one `type`). `bindings` says how each kind lives there; a kind that has
    no binding in it does not exist there. `bystanders` are collections in which no kind lives and
    whose rows may refer to objects of ours, by what one of them is called.
    """

    name: str
    summary: str
    support: Mapping[str, Support]
    bindings: Mapping[str, Binding]
    bystanders: Mapping[str, str] = field(default_factory=dict)
