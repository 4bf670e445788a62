"""Command lines in messages: `provisioner COMMAND …`, with the options that are in use.

A command line in a message has to name the same folder, environment and target as the run that prints
it, or the user would run it on another target. Messages are made in all packages, but only the command
line knows the options of the run. So it notes the options here before a command runs. A program that
calls the verbs notes no options, and its messages name commands without options.
"""

import shlex
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from provisioner.model.frozen import frozen

FOLDER: Final = ("manifests",)
VARIABLES: Final = ("var", "var_file")
STACK: Final = (*FOLDER, "env", *VARIABLES)
RUN: Final = (*STACK, "target")
CHOICE: Final = (*RUN, "select")
KEY_ONLY: Final = ("base_url", "api_key_env")
"""The options of a target that no Stack names."""

TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "init": (),
    "validate": RUN,
    "plan": CHOICE,
    "apply": (*CHOICE, *KEY_ONLY),
    "show": RUN,
    "ask": RUN,
    "history": RUN,
    "gc": (*RUN, *KEY_ONLY),
    "drift": CHOICE,
    "pull": (),
    "migrate": (*STACK, "select"),
    "rollback": RUN,
    "adopt": RUN,
    "forget": RUN,
    "destroy": CHOICE,
    "threads": (*RUN, *KEY_ONLY),
    "unlock": RUN,
    "schema": (),
    "explain": (),
    "serve": (),
}
"""The common options that each command takes. Every command that a hint names must be here."""

EXCLUDED: Final = "!"
"""The sign before a term of `select` that excludes what it names."""


@frozen
class OptionsInUse:
    """The common options of the running command that a command in a hint needs as well.

    `var` has only names, because a value may be secret. `select` has the terms of `--select`, and
    those of `--exclude` with `!` before them. `chdir` is the folder of `--chdir`, which stands before
    every command.
    """

    chdir: str = ""
    manifests: str = ""
    env: str = ""
    target: str = ""
    base_url: str = ""
    api_key_env: str = ""
    var: tuple[str, ...] = ()
    var_file: tuple[str, ...] = ()
    select: tuple[str, ...] = ()

    def words(self, names: Collection[str]) -> Iterator[str]:
        """Yield the options among `names` as words of a command line."""
        for name in ("manifests", "env", "target", *KEY_ONLY):
            if name in names and (value := getattr(self, name)):
                yield from (f"--{name.replace('_', '-')}", value)
        for name in self.var if "var" in names else ():
            yield from ("--var", f"{name}=VALUE")
        for file in self.var_file if "var_file" in names else ():
            yield from ("--var-file", file)
        for term in self.select if "select" in names else ():
            excluded = term.startswith(EXCLUDED)
            yield from ("--exclude" if excluded else "--select", term.removeprefix(EXCLUDED))


_noted: Final[dict[str, Any]] = {}
"""The options in use, by name. Only the command line writes here, before a command runs."""


def note(**options: Any) -> None:
    """Record options of the running command, by the names of the fields of `OptionsInUse`."""
    _noted.update(options)


def reset() -> None:
    """Forget the options, because no command runs any more."""
    _noted.clear()


def command_line(command: str, *words: str, only: Collection[str] | None = None) -> str:
    """Return `provisioner COMMAND WORDS…` with the options in use, quoted for a shell.

    An option is added if the command takes it, `words` do not contain it already, and `only`, if
    given, names it.
    """
    own = {word.partition("=")[0].removeprefix("--").replace("-", "_") for word in words}
    own |= {"select"} if "exclude" in own else set()
    names = [name for name in TAKEN[command] if name not in own and (only is None or name in only)]
    in_use = OptionsInUse(**_noted)
    place = ["--chdir", in_use.chdir] if in_use.chdir else []
    return shlex.join(["provisioner", *place, command, *words, *in_use.words(names)])


def hint(command: str, *words: str, only: Collection[str] | None = None) -> str:
    """Return a command line as `command_line` does, in backticks, for the middle of a sentence."""
    return f"`{command_line(command, *words, only=only)}`"
