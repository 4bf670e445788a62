"""The options that say what a run reads and where it goes: folder, environment, target, variables.

They are handed to a command as one `run_options`, and noted for the hints in messages.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provisioner.cli._shared import environment
from provisioner.cli._shared.command import Decorator, Function
from provisioner.cli._shared.numbers import Seconds, WholeNumber
from provisioner.cli._shared.screen import Screen
from provisioner.model import hints
from provisioner.model.environment import VARIABLE

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions

FOLDER = Path("manifests")
"""The folder of manifests where nothing else is said."""

SECONDS = Seconds(0, min_open=True)


def screen() -> Screen:
    """Return the Screen of the command that runs."""
    return click.get_current_context().ensure_object(Screen)


def manifests(
    *,
    positional: bool = True,
    takes_file: bool = False,
    connects: bool = True,
    one_target: bool = True,
) -> Decorator:
    """Return the decorator of the options that a run depends on, handed over as `run_options`.

    Every command takes the folder as --manifests, and as the argument PATH too where it is
    `positional`, which means that no address comes first. Where it `takes_file`, the argument may be
    a saved plan instead, which is handed over as `file`. Without `one_target` the command names its
    targets itself. Without `connects` it sends no request.
    """
    path = (_PATH_OR_FILE if takes_file else _PATH,) if positional else ()
    target = (_TARGET,) if one_target else ()
    options = [*path, _MANIFESTS, _ENV, *target, *_VARIABLES, *(_CONNECTION if connects else ())]
    return gathered("run_options", _run_options_and_file if takes_file else _run_options, options)


def gathered(
    name: str, gather: Callable[[dict[str, Any]], Any], options: Sequence[Decorator]
) -> Decorator:
    """Return the decorator of several options that are handed over as one value.

    `gather` takes out of the given options what that value is made of.
    """

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**given: Any) -> Any:
            return function(**{name: gather(given)}, **given)

        made: Function = command
        for option in reversed(options):
            made = option(made)
        return made

    return decorate


def pairs(_ctx: click.Context, _param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Return `NAME=VALUE` texts as a mapping; the last one of a name wins."""
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE.")
        found[name] = text
    return found


_PATH: Decorator = click.argument("path", type=click.Path(path_type=Path), required=False)
_PATH_OR_FILE: Decorator = click.argument(
    "path", metavar="[PATH|FILE]", type=click.Path(path_type=Path), required=False
)
_MANIFESTS: Decorator = environment.option(
    "--manifests",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of manifests.  [default: manifests, else . if a Stack is there]",
)
_ENV: Decorator = environment.option("--env", metavar="NAME", help="An environment of the Stack.")
_TARGET: Decorator = environment.option("--target", metavar="NAME", help="A target of the Stack.")
_VARIABLES: tuple[Decorator, ...] = (
    click.option(
        "--var",
        multiple=True,
        metavar="NAME=VALUE",
        callback=pairs,
        help=f"A variable. Repeatable.  [env var: {VARIABLE}NAME]",
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
    environment.option(
        "--parallelism",
        type=WholeNumber(1, 256),
        default=8,
        show_default=True,
        metavar="N",
        help="Requests at once.",
    ),
    environment.option(
        "--timeout",
        type=SECONDS,
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="For one request, from its first byte to its last; for ingestion, or a run, as a whole.",
    ),
    click.option(
        "--max-wait",
        type=SECONDS,
        default=900.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to go on while the server's rate limit lets nothing through.",
    ),
    environment.option(
        "--settle",
        type=Seconds(0),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to look for what was written, where it is not there or not as sent.",
    ),
)


def _run_options_and_file(given: dict[str, Any]) -> "RunOptions":
    """Return the options of a run, and leave the saved plan among the given ones as `file`."""
    path = given.get("path")
    given["file"] = path if path is not None and _means_a_file(path) else None
    if given["file"] is None:
        return _run_options(given)
    # A saved plan names its folder. The default folder must not take the place of that name.
    given["path"] = None
    given["manifests"] = given["manifests"] or FOLDER
    return _run_options(given)


def _means_a_file(path: Path) -> bool:
    """Return true for a file, and for a name like a saved plan's where there is nothing."""
    return path.is_file() or (path.suffix == ".json" and not path.exists())


def _run_options(given: dict[str, Any]) -> "RunOptions":
    from provisioner.verbs._shared.session import RunOptions

    path = _folder(given.pop("path", None), given.pop("manifests"))
    names = ("parallelism", "timeout", "max_wait", "settle")
    limits = {name: given.pop(name) for name in names if name in given}
    options = RunOptions(
        path=path,
        environment=given.pop("env"),
        target=given.pop("target", None),
        variables=given.pop("var"),
        var_files=given.pop("var_file"),
        ambient=environment.variables(),
        ledger=given.pop("ledger", None),
        wait=given.pop("wait", None),
        verb=click.get_current_context().info_name or "",
        trace=screen().trace,
        tell=screen().tell,
        warn=screen().warn,
        **limits,
    )
    hints.note(
        manifests="" if path == FOLDER else str(path),
        env=options.environment or "",
        target=options.target or "",
        var=tuple(options.variables),
        var_file=tuple(map(str, options.var_files)),
    )
    return options


def _folder(path: Path | None, manifests: Path | None) -> Path:
    """Return the folder of manifests. Raises UsageError where it is given in two ways."""
    ctx = click.get_current_context()
    if path is not None and manifests is not None and environment.is_given(ctx, "manifests"):
        raise click.UsageError("Give the folder once: as PATH, or with --manifests.")
    if given := path or manifests:
        return given
    from provisioner.source.default_folder import default_folder

    return default_folder(FOLDER)
