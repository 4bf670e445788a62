"""The option `--format`, and the output of errors in the formats for programs.

The names that a command offers come from the table of output formats.
"""

import sys
from collections.abc import Iterable, Sequence
from functools import wraps
from typing import Any, TextIO

import click

from provisioner.cli._shared.environment import SETTINGS, EnvironmentOption, is_from_environment
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
from provisioner.render.formats import FOR_PEOPLE, FORMATS, TEXT, names_for, rendered


class FormatOption(EnvironmentOption):
    """The option `--format`.

    A format that the environment asks for and the command lacks is ignored.
    """

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        wanted = super().resolve_envvar_value(ctx)
        if wanted not in FORMATS or not isinstance(self.type, click.Choice):
            return wanted
        return wanted if wanted in self.type.choices else None


def printed(*shapes: Shape, beside: Iterable[Shape] = ()) -> Decorator:
    """Return the decorator of all options about a command's output, from `--format` to `-v`.

    `shapes` and `beside` are as in `formats`. `--summary` is added for commands that print nothing
    but a plan, drift or a comparison.
    """
    shown = {*shapes, *beside}

    def decorate(function: Function) -> Function:
        whole = everything(screen_options(function))
        if shown & SUMMED and not shown & {Shape.OUTCOME, Shape.LEAKS}:
            whole = summary(whole)
        return formats(*shapes, beside=beside)(whole)

    return decorate


def writes(function: Function) -> Function:
    """Add the options of a command that makes a plan, and then saves it or carries it out."""
    return yes(locks(out(printed(Shape.PLAN, Shape.OUTCOME)(function))))


def formats(*shapes: Shape, beside: Iterable[Shape] = ()) -> Decorator:
    """Return the decorator of `--format`, with each format that can show all of the `shapes`.

    A format that can show one of the shapes `beside` is offered as well. The command then has to
    refuse it when it prints another shape. In a format for programs, an error that stops the
    command early is printed as a document too.
    """
    names = names_for(*shapes, beside=beside)
    decorator = click.option(
        "--format",
        cls=FormatOption,
        envvar=SETTINGS["format"],
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="The form of the output: for people, or for programs.",
    )

    def decorate(function: Function) -> Function:
        """Return a function that runs the command, and prints an error that stops it in the chosen format."""

        @wraps(function)
        def told(*args: Any, format: str, **values: Any) -> Any:
            try:
                fit = fitting(format, FOR_PEOPLE) if screen().summary else format
                _check_summary(fit)
                return function(*args, format=fit, **values)
            except (Exception, KeyboardInterrupt) as error:
                # On stdout, for the program. `guarded` catches the error again and prints it on stderr.
                _tell(error, format)
                raise

        return decorator(told)

    return decorate


def fitting(format: str, names: Sequence[str]) -> str:
    """Return the format; `text` if it is not one of `names` and only the environment asks for it.

    A command of several shapes has to refuse a format that cannot show the present one. A format
    from the environment is for a whole job, and so it is ignored where it does not fit.
    """
    ambient = is_from_environment(click.get_current_context(), "format")
    return TEXT.name if ambient and format not in names else format


def _check_summary(format: str) -> None:
    """Raise UsageError if `--summary` is given with a format that has no summary."""
    if screen().summary and format not in FOR_PEOPLE:
        raise click.UsageError(f"--summary needs --format {' or '.join(FOR_PEOPLE)}.")


def layout(stream: TextIO) -> Layout:
    """Return the layout for output to a stream.

    Long texts are folded only on a terminal: a file or a pipe gets them whole.
    """
    here = screen()
    return Layout(
        here.colour(stream),
        here.width,
        here.everything,
        whole_texts=not is_terminal(stream),
        summary=here.summary,
    )


def show(shape: Shape, value: Any, format: str) -> None:
    """Print a value on stdout in the format with this name."""
    screen().out(rendered(shape, value, format, layout(sys.stdout)))


def _tell(error: BaseException, format: str) -> None:
    """Print an error that stopped a command as JSON or as findings, if the format is one for programs."""
    # Rendering is imported late: nearly every command ends without an error.
    if format == JSON:
        from provisioner.render.document import FORMAT_VERSION, diagnostic_document, to_json

        found = [diagnostic_document(one) for one in _said(error)]
        screen().out(to_json({"format_version": FORMAT_VERSION, "diagnostics": found}))
    elif format not in FOR_PEOPLE and Shape.VALIDATION in FORMATS[format].shapes:
        from provisioner.model.validation import Validation

        show(Shape.VALIDATION, Validation({}, 0, tuple(_said(error))), format)


def _said(error: BaseException) -> Sequence[Diagnostic]:
    """Return the diagnostics of an error for a program.

    Of an unexpected error only the class is named, because its text may quote secrets.
    """
    if isinstance(error, ProvisionerError):
        return error.diagnostics
    if isinstance(error, click.ClickException):
        return (Diagnostic(codes.WRONG_USAGE, error.format_message()),)
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return (Diagnostic(codes.INTERRUPTED),)
    if told := of_a_file(error):
        return told.diagnostics
    return (Diagnostic(codes.UNEXPECTED, subject=type(error).__name__),)
