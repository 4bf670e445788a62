"""PROVISIONER_ALLOWED_HOSTS: the hosts that a key, a token or a document may be sent to.

Its value is a list such as `a.example, *.b.example`. If the variable is not set, every host is allowed.
If it is set and empty, no host is allowed: a pipeline sets it so when its own variable is missing.
"""

from __future__ import annotations

ALLOWED_HOSTS = "PROVISIONER_ALLOWED_HOSTS"
BESIDE = "\n"
"""The text between two lists of hosts in one value. A host has to be allowed by each list."""


def narrowed(*fences: str | None) -> str | None:
    """Return a value that allows the hosts which all of the given values allow. None allows every host."""
    given = [fence.replace(BESIDE, ",") for fence in fences if fence is not None]
    return BESIDE.join(given) if given else None


def is_allowed(host: str, allowed: str | None) -> bool:
    """Return true if `allowed`, a value of PROVISIONER_ALLOWED_HOSTS, allows a host.

    None allows every host, and an empty value allows none.
    """
    if allowed is None:
        return True
    return all(
        any(matches(host.lower(), pattern) for pattern in _patterns(fence))
        for fence in allowed.split(BESIDE)
    )


def allowance(allowed: str | None) -> str:
    """Return the hosts that PROVISIONER_ALLOWED_HOSTS allows, as words for a message."""
    fences = [", ".join(_patterns(fence)) for fence in (allowed or "").split(BESIDE)]
    if all(fences):
        return f"{ALLOWED_HOSTS} allows only {', and .env of these only '.join(fences)}"
    return f"{ALLOWED_HOSTS} is set and names no host, so none is allowed"


def _patterns(allowed: str) -> list[str]:
    return [pattern.strip().lower() for pattern in allowed.split(",") if pattern.strip()]


def matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern
