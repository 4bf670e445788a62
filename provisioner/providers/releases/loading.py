"""Loads the current release of one assistant for an application, and keeps it up to date.

`provisioner.load` is built on it.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from provisioner.model.codes import registries as codes
from provisioner.model.errors import Invalid, NotFound, ProviderError
from provisioner.providers.releases.opening import open_registry
from provisioner.providers.releases.release import id_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.model.diagnostic import Diagnostic
    from provisioner.providers.releases.registry import Registry
    from provisioner.providers.releases.release import Release


def load_release(
    location: str | os.PathLike[str],
    stack: str,
    environment: str,
    name: str,
    *,
    warn: Callable[[Diagnostic], None] | None = None,
    timeout: float = 60.0,
) -> Release:
    """Return the current release of the assistant `name`, from a folder or from any fsspec URL.

    `stack` is the Stack's id, or its name if it has no id. `timeout` is in seconds, for one request
    to object storage. Raises NotFound if nothing was published or the assistant was deleted, and
    other ProviderErrors if the registry cannot be read.
    """
    return _current(_open(location, warn, timeout), _id(stack, environment, name))


def owner_of(location: str | os.PathLike[str], name: str, *, timeout: float = 60.0) -> str:
    """Return the only owner of the assistant `name` in this registry, as STACK/ENVIRONMENT.

    Raises NotFound if nobody has published it, and Invalid if several owners have.
    """
    registry = _open(location, None, timeout)
    held = [id for id in registry.numbers() if id.rpartition("/")[2] == name]
    # A deleted assistant has files, but no current release, so its owner does not count.
    owners = [id.rpartition("/")[0] for id in held if registry.current(id)]
    if not owners:
        raise _nothing(registry, name, "correct the name")
    if len(owners) > 1:
        detail = (
            f"In {registry.place} several owners have published {name}: {', '.join(owners)}. Name one "
            f"of them, such as owner={owners[0]!r}."
        )
        raise Invalid(codes.SEVERAL_OWNERS, detail)
    return owners[0]


MOST_WAITED = 10.0
"""The most seconds that an application waits for a registry that asks for fewer requests."""


class CachedRelease:
    """The current release of one assistant, which is kept in memory and renewed.

    The registry is read at most once in `every` seconds, by the thread that then asks for the
    release; other threads do not wait for it. With `renews_behind`, a thread of its own reads the
    registry and no caller waits. With a `number`, it is always the release of that number, and the
    registry is not read again. If the registry cannot be read, or the assistant is deleted there,
    the last release stays in use, and `problem` is the error.
    """

    def __init__(
        self,
        location: str | os.PathLike[str],
        stack: str,
        environment: str,
        name: str,
        *,
        number: int | None = None,
        every: float = 30.0,
        renews_behind: bool = False,
        timeout: float = 60.0,
        warn: Callable[[Diagnostic], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Load the release now. Raises what `load_release` raises."""
        import threading  # imported here, because `load_release` needs no lock

        self._registry = _open(location, warn, timeout)
        self._id = _id(stack, environment, name)
        self._every = every
        self._clock = clock
        self._looking = threading.Lock()
        self._thread = threading.Thread if renews_behind else None
        self._is_pinned = number is not None
        self._release = (
            _current(self._registry, self._id)
            if number is None
            else self._registry.numbered(self._id, number)
        )
        self._looked = clock()
        self.problem: ProviderError | None = None

    @property
    def release(self) -> Release:
        """The newest known release. The registry is read first if the last reading is too old."""
        due = not self._is_pinned and self._clock() - self._looked >= self._every
        # A thread that does not get the lock uses the release in memory, while another one reads.
        if due and self._looking.acquire(blocking=False):
            if self._thread:
                # A daemon thread: a program can end while the registry is being read.
                self._thread(target=self._look_and_let_go, daemon=True).start()
            else:
                self._look_and_let_go()
        return self._release

    def _look_and_let_go(self) -> None:
        """Read a newer release, then release the lock `_looking`, which the caller has acquired."""
        try:
            self._look()
        finally:
            self._looking.release()

    def arguments(self) -> dict[str, Any]:
        """Return a new dict of arguments for `client.responses.create(**arguments, input=…)`."""
        return self.release.arguments()

    def refresh(self) -> bool:
        """Read the registry now. Returns true if the release is another one than before."""
        if self._is_pinned:
            return False
        with self._looking:
            return self._look()

    def _look(self) -> bool:
        """Read a newer release, and return true if there is one.

        Only one thread does so at a time, so that no thread sets an older release than another.
        """
        before = self._release
        try:
            # If the names of the files show that nothing is new, no file is read.
            numbers = self._registry.numbers(self._id).get(self._id, [])
            if numbers[-1:] != [before.number]:
                self._release = _current(self._registry, self._id)
            self.problem = self._passed_over(numbers[-1:])
        except ProviderError as problem:
            self.problem = problem
        # Also after an error, so that a registry that is down is not read at every call.
        self._looked = self._clock()
        return self._release is not before

    def _passed_over(self, highest: list[int]) -> ProviderError | None:
        """Return the error about a higher-numbered file that does not count, or None if there is none.

        `highest` contains the highest number in the registry, if there is any.
        """
        used = self._release.number
        if max(highest, default=0) <= used:
            return None
        detail = (
            f"{self._registry.place} has release {highest[0]} of {self._id}, which is damaged. "
            f"Release {used} stays in use until another one is published."
        )
        return Invalid(codes.RELEASE_DAMAGED, detail)


def _open(
    location: str | os.PathLike[str],
    warn: Callable[[Diagnostic], None] | None,
    timeout: float,
) -> Registry:
    allowed = os.environ.get("PROVISIONER_ALLOWED_HOSTS")
    return open_registry(
        location, allowed=allowed, warn=warn, timeout=timeout, max_wait=min(timeout, MOST_WAITED)
    )


def _id(stack: str, environment: str, name: str) -> str:
    try:
        return id_of(stack, environment, name)
    except ValueError as error:
        raise Invalid(codes.NOT_A_RELEASE_NAME, f"{error}.") from None


def _current(registry: Registry, id: str) -> Release:
    """Return the current release of an id. Raises NotFound if there is none."""
    release = registry.current(id).get(id)
    if release is None:
        raise _nothing(registry, id, "correct stack, environment and name")
    return release


def _nothing(registry: Registry, wanted: str, otherwise: str) -> NotFound:
    """Return the error that says why no release was found.

    Either there is no registry, or no file in it counts as a release. `wanted` is the id of the
    releases, or the name of their assistant. `otherwise` is the end of the message: the second
    thing that the user can do.
    """
    if missing := registry.absence():
        detail = (
            f"{missing} The current folder is {os.getcwd()}. Correct the path, or mount the registry. "
            "If nothing was published yet, apply the manifests to a target with this registry."
        )
        return NotFound(codes.REGISTRY_ABSENT, detail, status=404)
    detail = (
        f"{registry.place} contains no current release of {wanted}. Apply the manifests to a target "
        f"with this registry first, or {otherwise}."
    )
    if strays := registry.survey(wanted if "/" in wanted else "")[1]:
        detail += (
            f"\nSome files are ignored, such as {strays[0].name}: they were changed after they were "
            "published, or copied or linked from elsewhere. A plan on a target with this registry names "
            "each of them."
        )
    return NotFound(codes.NO_SUCH_RELEASE, detail, status=404)
