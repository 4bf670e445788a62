"""PROVISIONER_ALLOWED_HOSTS: the hosts to which a key, a token or a document may be sent.

Its value is a list such as `a.example, *.b.example`. If the variable is not set, every host is
allowed. If it is set and empty, no host is allowed: a pipeline sets it so when the variable that it
copies is missing.
"""

from __future__ import annotations

ALLOWED_HOSTS = "PROVISIONER_ALLOWED_HOSTS"
BESIDE = "\n"
"""Separates two lists of hosts in one value. A host must be allowed by each of them."""


def narrowed(*fences: str | None) -> str | None:
    """Return a value that allows the hosts which all of the given values allow.

    None stands for a variable that is not set, and allows every host.
    """
    # A line break that a user wrote separates two hosts, and not two lists.
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
    """Return a clause, for a message, that names the hosts which PROVISIONER_ALLOWED_HOSTS allows."""
    fences = [", ".join(_patterns(fence)) for fence in (allowed or "").split(BESIDE)]
    # With several lists, the first is the environment's and the second is that of `.env`, which can
    # only narrow it.
    if all(fences):
        return f"{ALLOWED_HOSTS} allows only {', of which .env allows only '.join(fences)}"
    return f"{ALLOWED_HOSTS} is set and names no host, so no host is allowed"


def _patterns(allowed: str) -> list[str]:
    """Return the patterns in one list of hosts."""
    return [pattern.strip().lower() for pattern in allowed.split(",") if pattern.strip()]


def matches(host: str, pattern: str) -> bool:
    """Return true if a host is the pattern, or is below the domain of a pattern such as `*.a.example`."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern
