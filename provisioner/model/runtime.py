"""A runtime: a place where assistants live, with its bindings and its support of every field."""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum

from provisioner.model.binding import Binding
from provisioner.model.conversation import Conversation
from provisioner.model.exported import Exported
from provisioner.model.frozen import frozen
from provisioner.model.provider import Row


class Level(StrEnum):
    """The ways in which a runtime treats a field."""

    STORED = "stored"
    PER_RUN = "per run"
    UNSUPPORTED = "unsupported"


@frozen
class Support:
    """The support of one field, tool or option by a runtime. `note` is a sentence about its limits.

    `limit` is the most characters that the runtime takes, if the manifest language takes more.
    """

    level: Level
    note: str = ""
    limit: int = 0


@frozen
class Runtime:
    """A place where assistants live. A new one is one file, or one folder, and a line in the table.

    Everything that a runtime says is data or a pure function: it must not do I/O and must not read
    a clock. Only its conversation sends requests, through the provider that it is given.
    """

    name: str
    """The name that a target writes after `runtime:`.

    It must be unique, and must be the name of the file.
    """

    summary: str
    """One sentence that says what a live assistant is there."""

    support: Mapping[str, Support]
    """Diff path of an Assistant (`temperature`, `tools[web_search].mode`) -> the support of the path.

    A path that is not listed is unsupported. A path may end in `=VALUE`, for one value of a field
    that has others (of an object: for one `type`). The table must not call a field stored that
    `from_wire` does not read back.
    """

    bindings: Mapping[str, Binding]
    """The binding of each kind. A kind without a binding does not exist on the runtime."""

    conversation: Conversation | None = None
    """The way in which its assistants are asked and loaded.

    Without one they are planned and applied, and `ask`, `load` and `show --as` refuse in one
    sentence before the first request.
    """

    publishes: bool = False
    """True if its assistants are releases in a registry.

    `load` then reads the registry and asks no API, and targets of the runtime take `releases`.
    """

    bystanders: Mapping[str, str] = field(default_factory=dict)
    """Collections of objects that no manifest declares, by the name of one row.

    Its rows may refer to objects of ours, and are read before anything is deleted.
    """

    exported: Callable[[Row], Exported] | None = None
    """Turns an exported object into the assistant as a manifest could hold it, for `pull`.

    The object may hold anything: the function must check each part, must not raise, and must name
    each part that it leaves out.
    """

    is_on_foundry: bool = False
    """True if Microsoft Foundry classic serves this API too (`server: foundry`)."""
