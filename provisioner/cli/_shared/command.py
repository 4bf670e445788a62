"""A click command whose help ends with examples."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import click

Function: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[Function], Function]

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""Settings of every command: `-h` shows the help, which is at most 100 columns wide."""


class Command(click.Command):
    """A command with examples in its help.

    An unknown option that another tool has is answered with the option to use here.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Click's parser consumes `args`, and an unknown option is looked for among all of them.
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from provisioner.cli._shared.habits import about_option

            known = {name for parameter in self.params for name in parameter.opts}
            if told := about_option(given, error.option_name, known):
                raise click.UsageError(told, ctx) from None
            raise

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        write_examples(self.examples, formatter)


def write_examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    """Write the examples of a command under a heading of their own."""
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for example in examples:
            formatter.write(f"{' ' * formatter.current_indent}{example}\n")


def command(name: str, *examples: str) -> Callable[[Callable[..., Any]], Command]:
    """Return the decorator that makes a function the command `name`.

    The function's docstring is the help.
    """

    def decorate(function: Callable[..., Any]) -> Command:
        # Click keeps the line breaks of a paragraph that begins with a backspace. In a raw
        # docstring, that is written as the two characters `\b`.
        text = inspect.getdoc(function)
        text = text.replace("\\b\n", "\b\n") if text else None
        make = click.command(name, cls=Command, context_settings=HELP, examples=examples, help=text)
        return make(function)

    return decorate
