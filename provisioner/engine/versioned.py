"""Recognises values that a server has resolved to a version, such as a model to a dated snapshot."""

import re
from typing import Any

_VERSION = re.compile(r"(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{3,8})(?:-preview)?|:latest)\Z")
"""The suffix that a server adds to a name: a date, a build number, or the default tag."""


def without_version(value: Any) -> Any:
    """Return `value` without the suffix of a version, if it has one."""
    return _VERSION.sub("", value) if isinstance(value, str) else value


def is_version_of(live: Any, desired: Any) -> bool:
    """Return true if `live` is `desired` followed by the suffix of a version."""
    return isinstance(live, str) and live != desired and bool(without_version(live) == desired)
