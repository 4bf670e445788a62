"""A command with examples in its help."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import click

Function: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[Function], Function]

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
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
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for example in examples:
            formatter.write(f"{' ' * formatter.current_indent}{example}\n")


def command(name: str, *examples: str) -> Callable[[Callable[..., Any]], Command]:
    """Make a function the command `name`. Its docstring is the help."""

    def decorate(function: Callable[..., Any]) -> Command:
        # Click keeps the lines of a paragraph that begins with a backspace. A raw docstring has the
        # two characters `\\b` there.
        text = inspect.getdoc(function)
        text = text.replace("\\b\n", "\b\n") if text else None
        make = click.command(name, cls=Command, context_settings=HELP, examples=examples, help=text)
        return make(function)

    return decorate
