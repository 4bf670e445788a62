"""The options that say what a run reads and where it goes: folder, environment, target, variables.

A command gets them as one value, `run_options`. They are also noted for the commands that messages
suggest.
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
"""The folder of manifests if neither the command line nor the environment names one."""

SECONDS = Seconds(0, min_open=True)
"""The type of a limit in seconds, which has to be more than 0."""


def screen() -> Screen:
    """Return the Screen of the command that is running."""
    return click.get_current_context().ensure_object(Screen)


def manifests(
    *,
    positional: bool = True,
    takes_file: bool = False,
    connects: bool = True,
    one_target: bool = True,
) -> Decorator:
    """Return the decorator of the options that a run depends on. The command gets `run_options`.

    Every command takes the folder as `--manifests`. With `positional`, it takes it as the argument
    PATH too; such a command has no address as its first argument. With `takes_file`, the argument
    may also be a saved plan, which the command gets as `file`. Without `one_target`, the command
    names its targets itself. Without `connects`, it sends no request and has no options for
    requests.
    """
    path = (_PATH_OR_FILE if takes_file else _PATH,) if positional else ()
    target = (_TARGET,) if one_target else ()
    options = [*path, _MANIFESTS, _ENV, *target, *_VARIABLES, *(_CONNECTION if connects else ())]
    return gathered("run_options", _run_options_and_file if takes_file else _run_options, options)


def gathered(
    name: str, gather: Callable[[dict[str, Any]], Any], options: Sequence[Decorator]
) -> Decorator:
    """Return the decorator of several options that the command gets as one value, called `name`.

    `gather` is given all values by option, removes those of its own, and returns the one value.
    """

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**given: Any) -> Any:
            return function(**{name: gather(given)}, **given)

        # In reverse, because each decorator puts its option before those that are there: the help then
        # lists them in the order of `options`.
        made: Function = command
        for option in reversed(options):
            made = option(made)
        return made

    return decorate


def pairs(_ctx: click.Context, _param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Return texts such as `NAME=VALUE` as a mapping. Of two with the same name, the last counts."""
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
    help="The folder of manifests.  [default: manifests, else . if it has a Stack]",
)
_ENV: Decorator = environment.option("--env", metavar="NAME", help="An environment of the Stack.")
_TARGET: Decorator = environment.option("--target", metavar="NAME", help="A target of the Stack.")
_VARIABLES: tuple[Decorator, ...] = (
    click.option(
        "--var",
        multiple=True,
        metavar="NAME=VALUE",
        callback=pairs,
        help=f"The value of a variable of the Stack. Repeatable.  [env var: {VARIABLE}NAME]",
    ),
    click.option(
        "--var-file",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Values of variables, as YAML. Repeatable: later files, and then --var, take precedence.",
    ),
)
_CONNECTION: tuple[Decorator, ...] = (
    environment.option(
        "--parallelism",
        type=WholeNumber(1, 256),
        default=8,
        show_default=True,
        metavar="N",
        help="The most requests at the same time.",
    ),
    environment.option(
        "--timeout",
        type=SECONDS,
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="The limit for one request, for the ingestion of documents, and for a run of an assistant.",
    ),
    click.option(
        "--max-wait",
        type=SECONDS,
        default=900.0,
        show_default=True,
        metavar="SECONDS",
        help="The longest time to wait while the server's rate limit refuses every request.",
    ),
    environment.option(
        "--settle",
        type=Seconds(0),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="The longest time to read a written object again until the server shows it as it was sent.",
    ),
)


def _run_options_and_file(given: dict[str, Any]) -> "RunOptions":
    """Return the options of a run. If the argument is a saved plan, store it in `given` as `file`."""
    path = given.get("path")
    given["file"] = path if path is not None and _means_a_file(path) else None
    if given["file"] is None:
        return _run_options(given)
    # A saved plan names its folder itself, so the current folder must not be searched for a Stack.
    given["path"] = None
    given["manifests"] = given["manifests"] or FOLDER
    return _run_options(given)


def _means_a_file(path: Path) -> bool:
    """Return true for a file, and for the name of a JSON file that does not exist.

    The latter is a misspelt plan rather than a folder.
    """
    return path.is_file() or (path.suffix == ".json" and not path.exists())


def _run_options(given: dict[str, Any]) -> "RunOptions":
    """Return the options of a run, and note them for the commands that messages suggest."""
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
    """Return the folder of manifests. Raises UsageError if the command line gives it twice."""
    ctx = click.get_current_context()
    if path is not None and manifests is not None and environment.is_given(ctx, "manifests"):
        raise click.UsageError("Give the folder once: as PATH, or with --manifests.")
    if given := path or manifests:
        return given
    from provisioner.source.default_folder import default_folder

    return default_folder(FOLDER)
