"""Defines Runtime: an API where assistants can live, with its bindings and its support of each field."""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum

from provisioner.model.binding import Binding
from provisioner.model.conversation import Conversation
from provisioner.model.exported import Exported
from provisioner.model.frozen import frozen
from provisioner.model.provider import Row


class Level(StrEnum):
    """The ways in which a runtime can treat a field.

    STORED: the live object has it. PER_RUN: our mark or release records it, and whoever runs the
    assistant passes it. UNSUPPORTED: the API has nothing like it.
    """

    STORED = "stored"
    PER_RUN = "per run"
    UNSUPPORTED = "unsupported"


@frozen
class Support:
    """The support of one field, tool or option by a runtime. `note` is a sentence about its limits.

    `limit` is the largest number of characters that the runtime accepts, 0 if it accepts as many as
    the manifest language.
    """

    level: Level
    note: str = ""
    limit: int = 0


@frozen
class Runtime:
    """An API where assistants can live. To add one, add one file or folder and a line in the table.

    Everything in it except the conversation must be data or a pure function: it must not do I/O and
    must not read a clock. Only the conversation sends requests, with the provider that it is given.
    """

    name: str
    """The name that a target has after `runtime:`.

    It must be unique, and must be the file's name.
    """

    summary: str
    """One sentence that says what a live assistant is on this runtime."""

    support: Mapping[str, Support]
    """The support of each path of an Assistant, such as `temperature` or `tools[web_search].mode`.

    A path that is not listed is unsupported. A path may end in `=VALUE`, for one value of a field
    whose other values are supported differently (for an object: one `type`). A field must not be
    called stored unless `from_wire` reads it back.
    """

    bindings: Mapping[str, Binding]
    """The binding of each kind. A kind without a binding does not exist on this runtime."""

    conversation: Conversation | None = None
    """The functions with which assistants are asked and loaded, None if there are none.

    Without them, assistants can be planned and applied; `ask`, `load` and `show --as` are refused
    with one sentence before the first request.
    """

    publishes: bool = False
    """True if assistants are published as releases in a registry.

    Then `load` reads the registry and no API, and targets of this runtime have the setting
    `releases`.
    """

    bystanders: Mapping[str, str] = field(default_factory=dict)
    """Collections of objects that no manifest can declare, by the noun for one of the objects.

    Their rows may refer to objects of ours, so they are read before anything is deleted.
    """

    exported: Callable[[Row], Exported] | None = None
    """Turns an object of an export into an assistant that a manifest can contain, for `pull`.

    The object may contain anything: the function must check each part, must not raise, and must
    record each part that it leaves out.
    """

    is_on_foundry: bool = False
    """True if Microsoft Foundry classic offers this API too (`server: foundry`)."""
