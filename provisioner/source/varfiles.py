"""Read the values of variables from `--var-file`, `--var` and `PROVISIONER_VAR_NAME`."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from provisioner.model.codes import stacks as codes
from provisioner.model.diagnostic import Position
from provisioner.model.environment import VARIABLE
from provisioner.model.frozen import frozen
from provisioner.source.manifest import Manifest, Report
from provisioner.source.read import SUFFIXES
from provisioner.source.suggest import did_you_mean
from provisioner.source.trees import decode
from provisioner.source.values import value_in
from provisioner.source.variable_types import Given


@frozen
class Chosen:
    """The values of variables that the command line and the environment set.

    `texts` come from `--var` and take precedence over `files`, which come from `--var-file`. Later
    files take precedence over earlier ones. `ambient` are environment variables and come last.
    Since one environment serves many folders, an ambient variable that the Stack does not declare
    is ignored.
    """

    texts: Mapping[str, str]
    files: Sequence[Path] = ()
    ambient: Mapping[str, str] = field(default_factory=dict)


def given(chosen: Chosen, stack: Manifest | None, report: Report) -> dict[str, Any]:
    """Return every value that is set from outside, by the name of its variable.

    Problems are reported.
    """
    declared = stack.spec.get("variables") if stack else None
    known = declared if isinstance(declared, dict) else {}
    values: dict[str, Any] = {
        name: Given.of(text, f"{VARIABLE}{name}")
        for name, text in chosen.ambient.items()
        # One environment serves many folders, so an unknown name is no mistake of this one.
        if name in known
    }
    # In the order of precedence: what comes later replaces what came before.
    for file in chosen.files:
        for name, value in _read(file, report).items():
            values[name] = value
            if stack and name not in known:
                detail = f"The Stack declares no `{name}`.{did_you_mean(name, known)}"
                report.add(codes.UNKNOWN_VARIABLE, detail, Position(str(file)))
    for name, text in chosen.texts.items():
        values[name] = Given.of(text, f"--var {name}")
        if stack and name not in known:
            detail = f"`--var {name}=…`: the Stack declares no such variable in `variables`."
            report.add(codes.UNKNOWN_VARIABLE, f"{detail}{did_you_mean(name, known)}")
    return values


def _read(file: Path, report: Report) -> Mapping[str, Any]:
    """Return the values in a YAML or JSON file, by name; empty if the file cannot be used."""
    position = Position(str(file))
    try:
        text = decode(file.read_bytes())
    except OSError as error:
        report.add(codes.UNREADABLE_VARIABLES, f"{error.strerror}.", position)
        return {}
    except UnicodeDecodeError:
        report.add(codes.UNREADABLE_VARIABLES, "The file is not UTF-8. Save it as UTF-8.", position)
        return {}
    value, flaws = value_in(text, is_yaml=file.suffix.lower() in SUFFIXES)
    for flaw in flaws:
        report.add(flaw.code, flaw.detail, Position(str(file), flaw.line, flaw.column))
    if flaws:
        return {}
    if not isinstance(value, dict):
        report.add(
            codes.UNREADABLE_VARIABLES, "The file has to contain `NAME: VALUE` pairs.", position
        )
        return {}
    return value
