"""The variables from which settings of a target are taken: the environment, and a `.env` file.

`settings` reads the variables of targets here, and the verbs read `.env` here for manifests.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.model.codes import stacks as codes
from provisioner.model.errors import ProviderError
from provisioner.providers.hosts import ALLOWED_HOSTS, narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping


def environment(environ: Mapping[str, str] | None) -> dict[str, str]:
    """Return the environment, completed by `.env`. An empty variable counts as unset, as in the SDK.

    PROVISIONER_ALLOWED_HOSTS is an exception: if it is empty, no host is allowed, and its value in
    `.env` can only forbid more hosts than the environment does.
    """
    written = read_dotenv(Path.cwd() / ".env")
    given = os.environ if environ is None else environ
    known = {**written, **given}
    # `.env` often comes from the repository, and a change of it must not open a host that the pipeline
    # has closed.
    fence = narrowed(given.get(ALLOWED_HOSTS), written.get(ALLOWED_HOSTS))
    if fence is not None:
        known[ALLOWED_HOSTS] = fence
    return {
        name: value
        for name, value in known.items()
        # `.env` may contain a name without `=`, whose value is None.
        if value or (name == ALLOWED_HOSTS and value is not None)
    }


def read_dotenv(file: Path) -> dict[str, str | None]:
    """Return the variables of a `.env` file, or {} if there is no such file. Raises ProviderError.

    A name without `=` has the value None.
    """
    try:
        if not file.exists():
            return {}
        # This import takes time, and most folders have no such file.
        from dotenv import dotenv_values

        return dotenv_values(file)
    except (OSError, UnicodeDecodeError) as error:
        # The file contains secrets, so no part of it is shown.
        why = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
        detail = f"{file.name} in the current folder: {why}. Repair the file, or remove it."
        raise ProviderError(codes.UNREADABLE_VARIABLES, detail) from None


def allowed_hosts(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the value of PROVISIONER_ALLOWED_HOSTS, or None if it is not set."""
    return environment(environ).get(ALLOWED_HOSTS)
