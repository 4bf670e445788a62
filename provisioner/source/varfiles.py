"""Values of variables that the call sets: `--var-file` and `--var`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from provisioner.model.codes import stacks as codes
from provisioner.model.diagnostic import Position
from provisioner.source.manifest import Manifest, Report
from provisioner.source.read import SUFFIXES, decode
from provisioner.source.suggest import did_you_mean
from provisioner.source.syntax import NotYaml, parse
from provisioner.source.variables import Given


def given(
    texts: Mapping[str, str], files: Sequence[Path], stack: Manifest | None, report: Report
) -> dict[str, Any]:
    """Every value that the call sets, by variable. Problems are reported."""
    values: dict[str, Any] = {}
    declared = stack.spec.get("variables") if stack else None
    known = declared if isinstance(declared, dict) else {}
    for file in files:
        for name, value in _read(file, report).items():
            values[name] = value
            if stack and name not in known:
                detail = f"The Stack declares no `{name}`.{did_you_mean(name, known)}"
                report.add(codes.UNKNOWN_VARIABLE, detail, Position(str(file)))
    for name, text in texts.items():
        values[name] = Given(text)
        if stack and name not in known:
            detail = f"`--var {name}=…`: the Stack declares no such variable."
            report.add(codes.UNKNOWN_VARIABLE, f"{detail}{did_you_mean(name, known)}")
    return values


def _read(file: Path, report: Report) -> Mapping[str, Any]:
    """A YAML or JSON file of values by name."""
    position = Position(str(file))
    try:
        text = decode(file.read_bytes())
        if file.suffix.lower() in SUFFIXES:
            value = next((document.value for document in parse(text)), None)
        else:
            value = json.loads(text)
    except OSError as error:
        report.add(codes.UNREADABLE_VARIABLES, f"{error.strerror}.", position)
        return {}
    except NotYaml as error:
        flaw = error.flaw
        report.add(flaw.code, flaw.detail, Position(str(file), flaw.line, flaw.column))
        return {}
    except (ValueError, RecursionError):
        report.add(codes.UNREADABLE_VARIABLES, "It is neither JSON nor YAML.", position)
        return {}
    if not isinstance(value, dict):
        report.add(codes.UNREADABLE_VARIABLES, "It holds `NAME: VALUE` pairs.", position)
        return {}
    return value
