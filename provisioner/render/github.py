"""Annotations of GitHub: workflow commands that show findings at lines of a pull request.

GitHub shows at most ten errors, ten warnings and ten notices of a step. So the gravest findings
come first, and the last line counts all of them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from provisioner.render.format import Format, Layout, Shape
from provisioner.render.values import plural
from provisioner.render.visible import visible

if TYPE_CHECKING:
    from provisioner.render.findings import Finding

_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}
"""The workflow command of each level."""


def github(found: "Sequence[Finding]") -> str:
    """Return a workflow command for each finding that no manifest allows, and a line with their numbers."""
    from provisioner.render.findings import counted, gravest_first, standing

    shown = standing(found)
    counts = [plural(count, _COMMANDS[level]) for level, count in counted(shown).items()]
    return "".join([*map(_command, gravest_first(shown)), f"provisioner: {', '.join(counts)}\n"])


def _command(one: "Finding") -> str:
    """Return the workflow command of a finding."""
    properties = {"title": f"{one.told} [{one.rule}]"}
    if one.position:
        at = {"file": one.position.file, "line": one.position.line, "col": one.position.column}
        properties = {**{name: str(value) for name, value in at.items()}, **properties}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[one.level]} {told}::{_data(one.detail or one.told)}\n"


def _data(text: str) -> str:
    """Return a text as the message of a workflow command, which is one line."""
    # `%` is first, else the `%` of the other escapes would be escaped again.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return a text as a property of a workflow command."""
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def _validation(validation: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_validation

    return github(of_validation(validation))


def _plan(view: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_plan

    return github(of_plan(view))


def _drift(drift: Any, _layout: Layout) -> str:
    from provisioner.render.findings import of_drift

    return github(of_drift(drift))


FORMAT: Final = Format(
    "github", {Shape.VALIDATION: _validation, Shape.PLAN: _plan, Shape.DRIFT: _drift}
)
