"""Save a plan: the document for reviewers, and the part that `apply FILE` reads."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Protocol

from provisioner.engine.saved import plan_digest, to_document
from provisioner.engine.sealing import LONG
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.plan import Plan
from provisioner.model.value import digest
from provisioner.render.document import plan_document, to_json
from provisioner.render.view import view_of
from provisioner.verbs._shared.session import Session


class Savable(Protocol):
    """The result of a verb that plans: a plan, and the session in which it was made."""

    @property
    def plan(self) -> Plan: ...

    @property
    def session(self) -> Session: ...


def save(found: Savable, file: Path) -> None:
    """Write a plan to a file: completely or not at all, and readable by the user alone.

    A pipe or a device is written to and not replaced. Raises ProvisionerError if the file cannot be
    written.
    """
    settings, salt = found.session.context.settings, token_urlsafe(16)
    plan = replace(found.plan, digest=plan_digest(found.plan, settings))
    shown = plan_document(view_of(plan))
    head = to_document(plan, salt, settings, digest(json.loads(to_json(shown)), LONG))
    write_document({**shown, "apply": head}, file)


def write_document(document: Mapping[str, Any], file: Path) -> None:
    """Write a document as JSON. Raises ProvisionerError if the file cannot be written."""
    try:
        _write(file, to_json(document).encode("utf-8"))
    except OSError as error:
        raise ProvisionerError(
            Diagnostic(codes.PLAN_NOT_SAVED, f"{file} cannot be written: {error.strerror}.")
        ) from error


def _write(file: Path, content: bytes) -> None:
    """Write bytes to a file, a pipe or a device."""
    # A pipe or a device, such as /dev/stdout, must not be replaced by a regular file.
    if file.exists() and not file.is_file() and not file.is_dir():
        with file.open("wb") as stream:
            stream.write(content)
    else:
        _replace(file, content)


def _replace(file: Path, content: bytes) -> None:
    """Write a file next to the old one, and put it in its place."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(content)
            temporary.flush()
            os.fsync(temporary.fileno())
        # A rename is atomic, so a reader sees the old file or the whole new one. mkstemp made the
        # file readable by its owner only.
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
