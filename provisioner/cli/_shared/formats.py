"""`--format`, derived from the table of formats, and the document of what stops a command early."""

import sys
from collections.abc import Iterable, Sequence
from functools import wraps
from typing import Any, TextIO

import click

from provisioner.cli._shared.environment import SETTINGS, EnvironmentOption
from provisioner.cli._shared.errors import of_a_file
from provisioner.cli._shared.options import (
    JSON,
    Decorator,
    Function,
    everything,
    locks,
    out,
    screen,
    screen_options,
    summary,
    yes,
)
from provisioner.cli._shared.screen import is_terminal
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.render.format import SUMMED, Layout, Shape
from provisioner.render.formats import FOR_PEOPLE, FORMATS, names_for, rendered


class FormatOption(EnvironmentOption):
    """`--format`. A format that the environment asks for and this command lacks is passed over."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        wanted = super().resolve_envvar_value(ctx)
        if wanted not in FORMATS or not isinstance(self.type, click.Choice):
            return wanted
        return wanted if wanted in self.type.choices else None


def printed(*shapes: Shape, beside: Iterable[Shape] = ()) -> Decorator:
    """Return the decorator of all options that say how a command prints, from `--format` to `-v`."""
    shown = {*shapes, *beside}

    def decorate(function: Function) -> Function:
        whole = everything(screen_options(function))
        if shown & SUMMED and not shown & {Shape.OUTCOME, Shape.LEAKS}:
            whole = summary(whole)
        return formats(*shapes, beside=beside)(whole)

    return decorate


def writes(function: Function) -> Function:
    """Add the options of every command whose one plan is shown, and then saved or carried out."""
    return yes(locks(out(printed(Shape.PLAN, Shape.OUTCOME)(function))))


def formats(*shapes: Shape, beside: Iterable[Shape] = ()) -> Decorator:
    """Return the decorator of `--format`, with every format that can show all of the `shapes`.

    A format that shows one of the shapes `beside` them is offered too: the command has to refuse it
    where it prints another one. Where the format is for programs, a program gets a document also of
    what stopped the command early.
    """
    names = names_for(*shapes, beside=beside)
    decorator = click.option(
        "--format",
        cls=FormatOption,
        envvar=SETTINGS["format"],
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="For people, or for programs.",
    )

    def decorate(function: Function) -> Function:
        @wraps(function)
        def told(*args: Any, format: str, **values: Any) -> Any:
            try:
                _check_summary(format)
                return function(*args, format=format, **values)
            except (Exception, KeyboardInterrupt) as error:
                _tell(error, format)
                raise

        return decorator(told)

    return decorate


def _check_summary(format: str) -> None:
    """Raise UsageError where a summary is asked for in a format that has none."""
    if screen().summary and format not in FOR_PEOPLE:
        raise click.UsageError(f"--summary needs --format {' and '.join(FOR_PEOPLE)}.")


def layout(stream: TextIO) -> Layout:
    """Return the layout for a stream. Long texts are folded only where a person reads on a terminal."""
    here = screen()
    return Layout(
        here.colour(stream),
        here.width,
        here.everything,
        whole_texts=not is_terminal(stream),
        summary=here.summary,
    )


def show(shape: Shape, value: Any, format: str) -> None:
    """Print a value on stdout, in the format of this name."""
    screen().out(rendered(shape, value, format, layout(sys.stdout)))


def _tell(error: BaseException, format: str) -> None:
    """Print what stopped a command as JSON or as findings, if the format is one of these."""
    if format == JSON:
        from provisioner.render.document import FORMAT_VERSION, diagnostic_document, to_json

        found = [diagnostic_document(one) for one in _said(error)]
        screen().out(to_json({"format_version": FORMAT_VERSION, "diagnostics": found}))
    elif format not in FOR_PEOPLE and Shape.VALIDATION in FORMATS[format].shapes:
        from provisioner.model.validation import Validation

        show(Shape.VALIDATION, Validation({}, 0, tuple(_said(error))), format)


def _said(error: BaseException) -> Sequence[Diagnostic]:
    """Return the diagnostics for a program. Of an unexpected error only the class is told."""
    if isinstance(error, ProvisionerError):
        return error.diagnostics
    if isinstance(error, click.ClickException):
        return (Diagnostic(codes.WRONG_USAGE, error.format_message()),)
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return (Diagnostic(codes.INTERRUPTED),)
    if told := of_a_file(error):
        return told.diagnostics
    return (Diagnostic(codes.UNEXPECTED, subject=type(error).__name__),)
