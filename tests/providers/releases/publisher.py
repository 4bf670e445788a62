"""A publisher in a process of its own, for tests that set several on one registry, or kill one.

`python -m tests.providers.releases.publisher VERB LOCATION TAG COUNT`
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provisioner.providers.releases import Conflict, Release, open_registry
from provisioner.providers.releases.folder import Folder, sync

if TYPE_CHECKING:
    from types import FrameType

    from provisioner.providers.releases import Registry

ID = "acme/prod/policy-qa"
LONG = "Answer from the policy library. " * 3000


def say(release: Release) -> None:
    sys.stdout.write(f"{release.number}\n")
    sys.stdout.flush()


def publish(registry: Registry, tag: str, count: int) -> None:
    """So many releases of its own, whatever others do. Prints each number as it has it."""
    for n in range(count):
        params = {"model": tag, "n": n, "instructions": LONG}
        say(registry.publish(Release(ID, params=params)))


def add(registry: Registry, tag: str, count: int) -> None:
    """So many times one more than before: read, change, publish; and all of it again if beaten."""
    done = 0
    while done < count:
        base = registry.current().get(ID, Release(ID, params={"total": 0}))
        params = {"total": base.params["total"] + 1, "by": tag}
        try:
            made = registry.publish(replace(base, params=params), based_on=base.number)
        except Conflict:
            continue
        done += 1
        say(made)


def die(registry: Registry, tag: str, count: int) -> None:
    """Be killed before the `count`-th line of what writes to a folder."""
    left = count

    def lines(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code not in {Folder.create.__code__, sync.__code__}:
            return None
        if event == "line":
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return lines

    sys.settrace(lines)
    publish(registry, tag, 1)


if __name__ == "__main__":
    verb, location, tag, count = sys.argv[1:]
    {"publish": publish, "add": add, "die": die}[verb](open_registry(location), tag, int(count))
