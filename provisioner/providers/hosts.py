"""PROVISIONER_ALLOWED_HOSTS: the hosts that a key, a token or a document may be sent to.

It says `a.example, *.b.example`. Where it is not set it bounds nothing; where it is set and empty, as
a pipeline's missing variable comes out, it lets nothing through.
"""

from __future__ import annotations

ALLOWED_HOSTS = "PROVISIONER_ALLOWED_HOSTS"
BESIDE = "\n"
"""Stands between two lists of hosts, each of which has to allow a host."""


def narrowed(*fences: str | None) -> str | None:
    """Return the fence that lets through what each of those that are set lets through."""
    given = [fence.replace(BESIDE, ",") for fence in fences if fence is not None]
    return BESIDE.join(given) if given else None


def is_allowed(host: str, allowed: str | None) -> bool:
    """Return true if `allowed`, as in PROVISIONER_ALLOWED_HOSTS, lets us speak to a host.

    None, which is not set: to any. Empty, as a pipeline's missing variable comes out: to none.
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
