"""Writes command lines for messages: `provisioner COMMAND …`, with the options that are in use.

A command line in a message must name the same folder, environment and target as the running
command. Otherwise the user would run it on another target. Messages are made in every package, but
only `cli/` has the options. So `cli/` records them here before a command runs. A program that calls
the verbs records none, and its messages have commands without options.
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
"""Options that describe a target on the command line, for use without a Stack."""

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
"""The common options that each command accepts. A command must be listed to appear in a hint."""

EXCLUDED: Final = "!"
"""The sign before a term of `select` that excludes resources instead of selecting them."""


@frozen
class OptionsInUse:
    """The options of the running command that a command in a hint needs too.

    `var` has only names, because a value may be secret. `select` has the terms of `--select`, and
    the terms of `--exclude` with `!` before them. `chdir` is the folder of `--chdir`, which is
    written before the command.
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
        """Yield those of the given options that are set, as words of a command line."""
        for name in ("manifests", "env", "target", *KEY_ONLY):
            if name in names and (value := getattr(self, name)):
                yield from (f"--{name.replace('_', '-')}", value)
        for name in self.var if "var" in names else ():
            # A value may be secret, and messages are printed into logs.
            yield from ("--var", f"{name}=VALUE")
        for file in self.var_file if "var_file" in names else ():
            yield from ("--var-file", file)
        for term in self.select if "select" in names else ():
            excluded = term.startswith(EXCLUDED)
            yield from ("--exclude" if excluded else "--select", term.removeprefix(EXCLUDED))


_noted: Final[dict[str, Any]] = {}
"""The recorded options, by name. Only `cli/` writes them, before a command runs."""


def note(**options: Any) -> None:
    """Record options of the running command. Their names are the fields of `OptionsInUse`."""
    _noted.update(options)


def reset() -> None:
    """Delete the recorded options. It is called when a command has ended."""
    _noted.clear()


def command_line(command: str, *words: str, only: Collection[str] | None = None) -> str:
    """Return `provisioner COMMAND WORDS…` with the options in use, quoted for a shell.

    An option is added if the command accepts it, `words` do not contain it, and `only`, if given,
    contains its name.
    """
    own = {word.partition("=")[0].removeprefix("--").replace("-", "_") for word in words}
    # `select` has the terms of `--exclude` too, so `words` with either option replace all of it.
    own |= {"select"} if "exclude" in own else set()
    names = [name for name in TAKEN[command] if name not in own and (only is None or name in only)]
    in_use = OptionsInUse(**_noted)
    place = ["--chdir", in_use.chdir] if in_use.chdir else []
    return shlex.join(["provisioner", *place, command, *words, *in_use.words(names)])


def hint(command: str, *words: str, only: Collection[str] | None = None) -> str:
    """Return a command line as `command_line` does, in backticks, for the middle of a sentence."""
    return f"`{command_line(command, *words, only=only)}`"
