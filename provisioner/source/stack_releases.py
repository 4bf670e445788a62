"""Settings of a target that publishes releases: its registry and `retire_after`.

This module has their schemas and the checks that a schema cannot express.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from provisioner.model.code import Code
from provisioner.model.codes import stacks as codes
from provisioner.model.stack import DAY
from provisioner.runtimes import RUNTIMES
from provisioner.source.manifest import Place

if TYPE_CHECKING:
    from provisioner.kinds.shared import Schema

PUBLISHING: Final = tuple(name for name, runtime in RUNTIMES.items() if runtime.publishes)
"""The names of the runtimes that publish releases."""
_WHERE: Final = " or ".join(f"`runtime: {name}`" for name in PUBLISHING)
# The seconds of each unit of a duration.
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY}
_DURATION: Final = re.compile(r"(\d{1,9})([smhd])")

PROPERTIES: Final[Mapping[str, Schema]] = {
    "releases": {
        "type": "string",
        "minLength": 1,
        "description": (
            f"With {_WHERE}: the release registry, a folder (relative to the Stack's) or"
            " any fsspec URL (`s3://BUCKET/FOLDER`). Default: inside `.provisioner/`."
        ),
    },
    "retire_after": {
        "type": "string",
        "pattern": r"^(\d{1,9}[smhd]|.*\$\{.*)$",
        "description": (
            f"With {_WHERE}: the duration for which a replaced vector store or file, and a release"
            " that was current, are kept for applications that still use them: `90m`, `24h`,"
            " `7d`. Default 24h."
        ),
    },
}


def problems(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems of a target's settings as they are written: place, code and detail of each."""
    for key in PROPERTIES:
        if key in settings and settings.get("runtime") not in PUBLISHING:
            detail = f"Only {_WHERE} publishes releases: remove `{key}`."
            yield (key,), codes.NOT_A_RUNTIME_SETTING, detail


def filled_problems(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems that show only after variables are replaced: place, code and detail of each."""
    if "retire_after" in settings and not _DURATION.fullmatch(str(settings["retire_after"])):
        detail = "`retire_after` has to be a number and a unit (s, m, h or d), such as `24h`."
        yield ("retire_after",), codes.NOT_A_DURATION, detail


def seconds(settings: Mapping[str, Any]) -> float:
    """Return `retire_after` in seconds; a day if it is missing or invalid."""
    found = _DURATION.fullmatch(str(settings.get("retire_after", "")))
    return int(found[1]) * _UNITS[found[2]] if found else DAY
