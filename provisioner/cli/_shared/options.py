"""Options that commands share, and the values that come of them: `run_options` and `overrides`."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from provisioner.cli._shared.screen import Screen
from provisioner.engine.prepare import EXCLUDED
from provisioner.model.address import Address

if TYPE_CHECKING:
    from provisioner.model.overrides import Overrides
    from provisioner.verbs._shared.session import RunOptions

Function: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[Function], Function]

TEXT, JSON, ENV, MARKDOWN = "text", "json", "env", "markdown"
FOLDER = Path("manifests")


class AddressType(click.ParamType[Address]):
    name = "address"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        try:
            return value if isinstance(value, Address) else Address.parse(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


ADDRESS = AddressType()


def manifests(
    *, positional: bool = True, connects: bool = True, one_target: bool = True
) -> Decorator:
    """The folder and everything that a run depends on, handed over as `run_options`.

    The folder is the argument PATH, or --manifests where an address comes first. Without
    `one_target` the command names its targets itself.
    """
    folder = _path() if positional else _folder()
    target = (_TARGET,) if one_target else ()
    options = [folder, _ENV, *target, *_VARIABLES, *(_CONNECTION if connects else ())]
    return _gathered("run_options", _run_options, options)


def overrides(function: Function) -> Function:
    """What this one run may do beyond what the Stack allows, handed over as `overrides`."""
    options = [
        click.option("--new", is_flag=True, help="Live beside another stack with our addresses."),
        click.option(
            "--new-object",
            multiple=True,
            type=ADDRESS,
            metavar="ADDRESS",
            help="Create this one (assistant.*: all) beside a foreign object of its name. Repeatable.",
        ),
        unprotect,
        click.option(
            "--accept-undeclared",
            is_flag=True,
            help="Remember values that no manifest sets as they are.",
        ),
        click.option(
            "--max-delete-percent",
            type=click.IntRange(0, 100),
            metavar="N",
            help="In place of the Stack's guard, this once.",
        ),
    ]
    return _gathered("overrides", _overrides, options)(function)


replace = click.option(
    "--replace",
    "again",
    multiple=True,
    type=ADDRESS,
    metavar="ADDRESS",
    help="Send this one once more, whatever the comparison says. Repeatable.",
)
unprotect = click.option(
    "--unprotect",
    multiple=True,
    type=ADDRESS,
    metavar="ADDRESS",
    help="Lift prevent_destroy of this one, this once. Repeatable.",
)


def select(function: Function) -> Function:
    """`--select` and `--exclude`, as the terms of one selection (see `engine.prepare.selected`)."""

    @wraps(function)
    def command(*args: Any, select: Sequence[str], exclude: Sequence[str], **options: Any) -> Any:
        terms = (*select, *(f"{EXCLUDED}{term}" for term in exclude))
        return function(*args, select=terms, **options)

    return _SELECT(_EXCLUDE(command))


_SELECT = click.option(
    "--select",
    multiple=True,
    metavar="WHAT",
    help="Only this address (assistant.policy-qa, assistant.*) or label (team=sales). Repeatable.",
)
_EXCLUDE = click.option(
    "--exclude",
    multiple=True,
    metavar="WHAT",
    help="Not this address or label, in the same words. Repeatable.",
)


overwrite_drift = click.option(
    "--overwrite-drift", is_flag=True, help="Undo what was changed on the live side as well."
)
out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the plan, for `apply FILE`. Nothing is changed.",
)
yes = click.option("--yes", is_flag=True, help="Do not ask.")


def everything(function: Function) -> Function:
    """`--all`, for every command that shows plans: it reaches the Screen, no command has to know."""

    def whole(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Screen).everything |= value

    return click.option(
        "--all",
        is_flag=True,
        expose_value=False,
        callback=whole,
        help="Show every document, every change and every line of long texts.",
    )(function)


def screen_options(function: Function) -> Function:
    """-v, -vv, --no-color: they reach the Screen, no command has to know."""

    def louder(ctx: click.Context, _param: click.Parameter, value: int) -> None:
        ctx.ensure_object(Screen).verbosity += value

    def plain(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Screen).plain |= value

    verbose = click.option(
        "-v",
        "--verbose",
        count=True,
        expose_value=False,
        callback=louder,
        help="One redacted line a request; -vv: tracebacks as well.",
    )
    no_color = click.option(
        "--no-color", is_flag=True, expose_value=False, callback=plain, help="Plain text."
    )
    return verbose(no_color(function))


def screen() -> Screen:
    """The Screen of the command that runs."""
    return click.get_current_context().ensure_object(Screen)


def pairs(_ctx: click.Context, _param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping; the last one wins."""
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE.")
        found[name] = text
    return found


def _path() -> Decorator:
    return click.argument("path", type=click.Path(path_type=Path), default=FOLDER)


def _folder() -> Decorator:
    return click.option(
        "--manifests",
        "path",
        type=click.Path(path_type=Path),
        default=FOLDER,
        show_default=True,
        metavar="DIR",
        help="The folder of manifests.",
    )


_ENV: Decorator = click.option("--env", metavar="NAME", help="An environment of the Stack.")
_TARGET: Decorator = click.option("--target", metavar="NAME", help="A target of the Stack.")
_VARIABLES: tuple[Decorator, ...] = (
    click.option(
        "--var",
        multiple=True,
        metavar="NAME=VALUE",
        callback=pairs,
        help="A variable. Repeatable.",
    ),
    click.option(
        "--var-file",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Variables as YAML. Repeatable: later files win, --var wins over all.",
    ),
)

_CONNECTION: tuple[Decorator, ...] = (
    click.option(
        "--parallelism",
        type=click.IntRange(1, 256),
        default=8,
        show_default=True,
        metavar="N",
        help="Requests at once.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="For one request, from its first byte to its last; for ingestion, or a run, as a whole.",
    ),
    click.option(
        "--max-wait",
        type=click.FloatRange(0, min_open=True),
        default=900.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to go on while the server's rate limit lets nothing through.",
    ),
    click.option(
        "--settle",
        type=click.FloatRange(0),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to look for what was written, where it is not there or not as sent.",
    ),
)


def _gathered(
    name: str, gather: Callable[[dict[str, Any]], Any], options: Sequence[Decorator]
) -> Decorator:
    """Several options, handed over as one value: `gather` takes out of them what it is made of."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**given: Any) -> Any:
            return function(**{name: gather(given)}, **given)

        made: Function = command
        for option in reversed(options):
            made = option(made)
        return made

    return decorate


def _run_options(given: dict[str, Any]) -> "RunOptions":
    from provisioner.verbs._shared.session import RunOptions

    names = ("parallelism", "timeout", "max_wait", "settle")
    limits = {name: given.pop(name) for name in names if name in given}
    return RunOptions(
        path=given.pop("path"),
        environment=given.pop("env"),
        target=given.pop("target", None),
        variables=given.pop("var"),
        var_files=given.pop("var_file"),
        trace=screen().trace,
        tell=screen().tell,
        warn=screen().warn,
        **limits,
    )


def _overrides(given: dict[str, Any]) -> "Overrides":
    from provisioner.model.overrides import Overrides

    return Overrides(
        unprotect=given.pop("unprotect"),
        new=given.pop("new"),
        new_objects=given.pop("new_object"),
        accept_undeclared=given.pop("accept_undeclared"),
        max_delete_percent=given.pop("max_delete_percent"),
    )
