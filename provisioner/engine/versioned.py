"""Recognises values that a server has resolved to a version, such as a model to a dated snapshot."""

import re
from typing import Any

_VERSION = re.compile(r"(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{3,8})(?:-preview)?|:latest)\Z")
"""The suffix that a server adds to an alias: a date, a build number, or the default tag."""


def without_version(value: Any) -> Any:
    """Return `value` without the suffix of a version. A value without such a suffix stays as it is."""
    return _VERSION.sub("", value) if isinstance(value, str) else value


def is_version_of(live: Any, desired: Any) -> bool:
    """Returns true where `live` is `desired` with the suffix of a version behind it."""
    return isinstance(live, str) and live != desired and bool(without_version(live) == desired)
