"""Options that several commands share.

Those about the folder and the target are in `run_options`, and those that lift guards in
`guard_options`.
"""

from collections.abc import Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provisioner.cli._shared import environment
from provisioner.cli._shared.command import Decorator, Function
from provisioner.cli._shared.numbers import Seconds
from provisioner.cli._shared.run_options import (
    FOLDER,
    gathered,
    manifests,
    pairs,
    screen,
)
from provisioner.cli._shared.screen import Screen
from provisioner.model import hints
from provisioner.model.address import Address
from provisioner.model.hints import EXCLUDED

if TYPE_CHECKING:
    from provisioner.verbs.gc.bare import Bare

__all__ = ["FOLDER", "Decorator", "Function", "manifests", "pairs", "screen"]

TEXT, JSON, ENV = "text", "json", "env"


class AddressType(click.ParamType[Address]):
    """The type of an argument or option that takes an address, such as `assistant.policy-qa`."""

    name = "address"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        try:
            return value if isinstance(value, Address) else Address.given(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


ADDRESS = AddressType()


_ACCOUNT: tuple[Decorator, ...] = (
    click.option(
        "--base-url",
        metavar="URL",
        default="",
        help="For use without a Stack: the base URL of the server.",
    ),
    click.option(
        "--api-key-env",
        metavar="NAME",
        default="",
        help="For use without a Stack: the environment variable that holds the key.",
    ),
)


replace = click.option(
    "--replace",
    "again",
    multiple=True,
    type=ADDRESS,
    metavar="ADDRESS",
    help="Make the object of this resource anew, even if nothing differs. Some objects stay instead:"
    " a credential is sent its secret again, a skill gets a new version, and an assistant on"
    " `responses` a new release. Repeatable.",
)
release = click.option(
    "--release",
    metavar="ENV[:N]",
    default="",
    help="Publish this release of another environment, with the ids of this environment.",
)


def bare(function: Function) -> Function:
    """Add the options of a target that no Stack defines. The command gets them as `bare`.

    `bare` is None if `--runtime` is not given.
    """

    def gather(given: dict[str, Any]) -> "Bare | None":
        runtime, *rest = (given.pop(name) or "" for name in ("runtime", "base_url", "api_key_env"))
        if not runtime and any(rest):
            raise click.UsageError("--base-url and --api-key-env need --runtime.")
        if not runtime:
            return None
        from provisioner.verbs.gc.bare import Bare

        base_url, key = rest
        hints.note(base_url=base_url, api_key_env=key)
        return Bare(runtime, base_url, key)

    runtime = click.option(
        "--runtime",
        metavar="RUNTIME",
        help="For use without a Stack: assistants, responses or agents.",
    )
    return gathered("bare", gather, [runtime, *_ACCOUNT])(function)


def key_only(function: Function) -> Function:
    """Add `--base-url` and `--api-key-env`: a saved plan may have a target that no Stack defines.

    The command gets them in its `run_options`.
    """

    @wraps(function)
    def command(*args: Any, run_options: Any, base_url: str, api_key_env: str, **rest: Any) -> Any:
        from dataclasses import replace

        given = replace(run_options, base_url=base_url, api_key_env=api_key_env)
        return function(*args, run_options=given, **rest)

    made: Function = command
    for option in reversed(_ACCOUNT):
        made = option(made)
    return made


def select(function: Function) -> Function:
    """Add `--select` and `--exclude`. The command gets both as the terms of one selection.

    A term of `--exclude` gets a `!` before it (see `engine.prepare.selected`).
    """

    @wraps(function)
    def command(*args: Any, select: Sequence[str], exclude: Sequence[str], **options: Any) -> Any:
        terms = (*select, *(f"{EXCLUDED}{term}" for term in exclude))
        hints.note(select=terms)
        return function(*args, select=terms, **options)

    return _SELECT(_EXCLUDE(command))


_SELECT = click.option(
    "--select",
    multiple=True,
    metavar="WHAT",
    help="Select only this address (assistant.policy-qa, assistant.*) or label (team=sales). Repeatable.",
)
_EXCLUDE = click.option(
    "--exclude",
    multiple=True,
    metavar="WHAT",
    help="Leave out this address or label, written as for --select. Repeatable.",
)


overwrite_drift = click.option(
    "--overwrite-drift",
    is_flag=True,
    help="Also overwrite what was changed by hand on the live side.",
)
out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the plan for `apply FILE`, and change nothing.",
)
yes = click.option("--yes", is_flag=True, help="Go ahead without asking.")
ledger = environment.option(
    "--ledger",
    metavar="LEDGER",
    help="The ledger: a file, postgresql://…, or none.  [default: .provisioner/ledger.db beside the Stack]",
)


def locks(function: Function) -> Function:
    """Add `--ledger` and `--wait` to a command that writes.

    The command gets them in its `run_options`.
    """
    waits = click.option(
        "--wait",
        type=Seconds(0),
        metavar="SECONDS",
        help="Take the lock before reading, and wait up to SECONDS while another run holds it.",
    )
    return ledger(waits(function))


def everything(function: Function) -> Function:
    """Add `--all` to a command that shows plans.

    The option sets `Screen.everything`, so the command itself does not see it.
    """

    def whole(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Screen).everything |= value

    return click.option(
        "--all",
        is_flag=True,
        expose_value=False,
        callback=whole,
        help="Leave nothing out: show every object, document, change and field, and every line of long texts.",
    )(function)


def summary(function: Function) -> Function:
    """Add `--summary` to a command that prints a plan or drift and does nothing else.

    The option sets `Screen.summary`, so the command itself does not see it.
    """

    def short(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Screen).summary |= value

    return click.option(
        "--summary",
        is_flag=True,
        expose_value=False,
        callback=short,
        help="Show only one line for each kind of change, risk and drift.",
    )(function)


def screen_options(function: Function) -> Function:
    """Add `-v`, `-vv` and `--no-color`.

    They set fields of the Screen; the command does not see them.
    """

    def louder(ctx: click.Context, param: click.Parameter, value: int) -> None:
        here = ctx.ensure_object(Screen)
        # `provisioner` and its subcommand both read the environment, so its value must not count
        # twice. `-v` before and after the subcommand does count twice.
        ambient = environment.is_from_environment(ctx, param.name)
        here.verbosity = max(here.verbosity, value) if ambient else here.verbosity + value

    def plain(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Screen).plain |= value

    verbose = environment.option(
        "-v",
        "--verbose",
        count=True,
        type=environment.Level(min=0),
        expose_value=False,
        callback=louder,
        help="Print a line for each request, without secrets; -vv: also tracebacks of errors.",
    )
    no_color = environment.option(
        "--no-color",
        is_flag=True,
        type=environment.Switch(),
        expose_value=False,
        callback=plain,
        help="Print no colours.",
    )
    return verbose(no_color(function))
