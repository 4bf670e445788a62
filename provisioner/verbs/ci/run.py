"""Read the event of a pipeline's host, and do what it asks for."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.model.host_api import HostApi
from provisioner.model.outcome import Report
from provisioner.pipelines import HOSTS, host_here
from provisioner.pipelines.host import Host, Landed, Nothing, Proposed
from provisioner.verbs._shared.session import RunOptions, read
from provisioner.verbs.ci.files import top
from provisioner.verbs.ci.job import End, Job
from provisioner.verbs.ci.landing import landed
from provisioner.verbs.ci.night import nightly
from provisioner.verbs.ci.notes import Key
from provisioner.verbs.ci.proposals import proposed
from provisioner.verbs.plan import Planned

KEY, OPENAI_KEY = "PROVISIONER_KEY", "OPENAI_API_KEY"
"""The variable in which a pipeline gives the key, and the one in which the SDK looks for it."""


def ci(
    options: RunOptions,
    out: Callable[[str], None],
    perform: Callable[[Planned], Report],
    *,
    require_approval: bool = True,
    leaks: bool = True,
    wait: Callable[[float], None] = sleep,
) -> End:
    """Do what the event asks for, and return how it ended.

    `out` prints text for the job's log, `perform` carries a plan out, and `wait` sleeps for a number of
    seconds. Raises UsageError outside of a pipeline and at an event that a pipeline must not run at,
    and other ProvisionerErrors.
    """
    with _host(options) as host:
        event = host.event()
        if isinstance(event, Nothing):
            out(f"{event.why}\n")
            return End.DONE
        options = _with_key(options)
        root = top(Path.cwd(), options.environ)
        key = Key(_inside(root, options.path), options.environment or "")
        job = Job(
            host,
            options,
            key,
            root,
            out,
            perform,
            wait,
            require_approval=require_approval,
            leaks=leaks,
            max_wait=options.max_wait,
        )
        if isinstance(event, Proposed):
            return proposed(job, event)
        return landed(job, event) if isinstance(event, Landed) else nightly(job)


def _with_key(options: RunOptions) -> RunOptions:
    """Return the options with the pipeline's key in the variable that the target asks for.

    The Stack is the one that is checked out, never a proposal's.
    """
    # The pipeline cannot know the name that the Stack gives to the key's variable.
    key = options.environ.get(KEY)
    environ = {name: text for name, text in options.environ.items() if name != KEY}
    stack = read(options).stack
    if key and stack:
        environ.setdefault(stack.target.api_key_env or OPENAI_KEY, key)
    return replace(options, environ=environ)


@contextmanager
def _host(options: RunOptions) -> Iterator[Host]:
    """Yield the host that runs this process. Raises UsageError where there is none."""
    kind = host_here(options.environ)
    if kind is None:
        known = " and ".join(host.title for host in HOSTS.values())
        detail = f"`ci` runs in {known}. Nothing was done. Use `plan`, `apply` or `drift` here."
        raise UsageError(Diagnostic(codes.NOT_IN_A_PIPELINE, detail))
    opened: list[HostApi] = []

    def connect(url: str, headers: Mapping[str, str]) -> HostApi:
        from provisioner.providers.site import Site

        opened.append(Site(url, headers, trace=options.trace))
        return opened[-1]

    try:
        yield kind.connect(options.environ, connect)
    finally:
        for api in opened:
            api.close()


def _inside(root: Path, path: Path) -> str:
    """Return the path of a folder relative to `root`, the root of the repository, with `/`."""
    inside = Path(os.path.relpath(path.resolve(), root.resolve()))
    return inside.as_posix()
