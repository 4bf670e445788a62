"""Puts tokens of MCP servers from the environment into a release.

A release contains `${env:NAME}` in place of each token. This module imports almost nothing, because
applications import it to load releases.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError

_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


def variable_of(value: Any) -> str:
    """Return the name of the variable in a value `${env:NAME}`, '' for any other value."""
    # `fullmatch`: a value with text around the variable is no placeholder and is sent unchanged.
    named = _ENV.fullmatch(value) if isinstance(value, str) else None
    return named[1] if named else ""


def from_environment(environ: Mapping[str, str]) -> Callable[[str, str], str]:
    """Return a function that takes the label of a tool and a variable's name and returns its value.

    That function raises ProvisionerError if the variable is not set.
    """

    def token(label: str, variable: str) -> str:
        if variable not in environ:
            detail = (
                f"The tool {label} takes its `authorization` from the environment variable "
                f"{variable}, which is not set. Set it where the assistant is asked or run."
            )
            raise ProvisionerError(Diagnostic(codes.TOKEN_MISSING, detail))
        return environ[variable]

    return token


def with_tokens(params: Mapping[str, Any], token: Callable[[str, str], Any]) -> dict[str, Any]:
    """Return a release's parameters with the results of `token` in place of variables."""
    tools = [_with_token(tool, token) for tool in params.get("tools") or ()]
    return {**params, **({"tools": tools} if tools else {})}


def _with_token(tool: Mapping[str, Any], token: Callable[[str, str], Any]) -> Mapping[str, Any]:
    variable = variable_of(tool.get("authorization"))
    if not variable:
        return tool
    return {**tool, "authorization": token(str(tool.get("server_label")), variable)}
