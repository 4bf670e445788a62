"""pull: write manifests from an export of assistants whose API is gone.

An export contains no file contents. So its vector stores are declared without documents, and the
report of the command names the files of the code interpreter, which are not declared. The written
manifests are valid, and no file is ever overwritten.
"""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from provisioner.kinds import CONVERSATIONAL
from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic, Severity, warning
from provisioner.model.errors import ProvisionerError
from provisioner.model.exported import Exported
from provisioner.model.frozen import frozen
from provisioner.model.provider import Row
from provisioner.policy.lifecycle import Use, announced, models
from provisioner.runtimes import RUNTIMES
from provisioner.source import load
from provisioner.source.suggest import listed
from provisioner.verbs._shared import lifecycle
from provisioner.verbs._shared.new_files import write_new
from provisioner.verbs._shared.schema_lines import with_schema_lines
from provisioner.verbs.init import stack_id, stack_name
from provisioner.verbs.pull.export_file import read_dump, without_nul
from provisioner.verbs.pull.fitting import fit
from provisioner.verbs.pull.manifests import Note, Taken, Writing

NAMED: Final = 3
"""The most assistants that a note about a model names."""
SHOWN: Final = 3
"""The most errors that are quoted if a result does not validate."""
STACK: Final = """\
# The Stack says who we are and where things live. There is exactly one in a folder of manifests.
apiVersion: provisioner/v1
kind: Stack
metadata:
  name: {name}
  id: {id} # the owner in every mark: never change it
spec:
  default_target: local

  targets:
    # The embedded server: no account, no key, no network. Try everything here first.
    local: {{runtime: assistants, server: embedded}}

    # Where they can live from now on. Validate with `--target NAME` to see what that takes.
    # openai: {{runtime: responses, releases: ./releases}}
    # managed: {{runtime: agents}}
"""


@frozen
class Pulled:
    """The files that were written. `left_out` is the number of objects without a manifest."""

    files: tuple[Path, ...]
    assistants: tuple[Taken, ...]
    stores: tuple[Taken, ...]
    functions: tuple[Address, ...]
    notes: tuple[Note, ...]
    left_out: int = 0

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The notes as diagnostics, in which form people see them."""
        return tuple(
            warning(
                codes.PULL_NOTE,
                f"{note.about}: {note.text}",
                subject=str(note.address) if note.address else "",
            )
            for note in self.notes
        )


def pull(data: bytes, folder: Path, *, day: date | None = None) -> Pulled:
    """Write manifests for every assistant in the export `data` into a folder.

    Models are judged as of `day`, today if it is None. Raises ProvisionerError if the export cannot
    be read, or if the folder has manifests already.
    """
    dump = read_dump(data)
    rows = [without_nul(row) for row in dump.rows]
    found = [_assistant_of(row) for row in rows]
    writing = Writing()
    if changed := [
        str(row.get("id")) for row, as_was in zip(rows, dump.rows, strict=True) if row != as_was
    ]:
        writing.note(
            "changed", "NUL characters were left out: no manifest takes them.", ids=changed
        )
    if not dump.whole:
        writing.note("incomplete", "The last page says that more follow: export them all.")
    for one in found:
        if not one.usable:
            text = f"{one.id or 'An object without an id'} was left out. {one.lost[-1].why}"
            writing.note("left out", text, ids=[one.id] if one.id else ())
    usable = [one for one in found if one.usable]
    if not usable:
        raise ProvisionerError(Diagnostic(codes.EXPORT_EMPTY, writing.notes[-1].text))
    writing.everything(usable)
    _note_ending_models(writing, usable, lifecycle.today() if day is None else day)
    stack = STACK.format(name=stack_name(folder), id=stack_id())
    files = with_schema_lines({"stack.yaml": stack, **writing.files})
    _check_free(folder, files)
    _check_valid(files)
    return Pulled(
        _write(folder, files),
        tuple(writing.assistants),
        tuple(writing.stores.values()),
        tuple(
            Address(CONVERSATIONAL.references["tools[].ref"], name) for name in writing.functions
        ),
        tuple(writing.notes),
        len(found) - len(usable),
    )


def _assistant_of(row: Row) -> Exported:
    """Return one object of an export, fitted into the manifest language."""
    read = next(runtime.exported for runtime in RUNTIMES.values() if runtime.exported)
    one = read(row)
    if one.usable:
        fit(one)
        if "model" not in one.spec:
            one.refuse("It names no model.")
    return one


def _note_ending_models(writing: Writing, found: Sequence[Exported], day: date) -> None:
    """Note each model that OpenAI has switched off, or switches off within 90 days."""
    users: dict[str, list[Taken]] = {}
    for one, taken in zip(found, writing.assistants, strict=True):
        users.setdefault(str(one.spec["model"]), []).append(taken)
    for model, having in users.items():
        for found_out in models([Use(having[0].address, model)], announced(), day, vendor=True):
            named = listed(str(each.address) for each in having[:NAMED])
            more = f" and {len(having) - NAMED} more" if having[NAMED:] else ""
            text = f"{found_out.detail} These use the model: {named}{more}."
            writing.note("model", text, ids=[each.id for each in having if each.id])


def _check_free(folder: Path, files: Mapping[str, str]) -> None:
    """Raise ProvisionerError if the folder has one of `files`, or any YAML file, already."""
    there = [folder / name for name in files if (folder / name).exists()]
    there += sorted(folder.rglob("*.y*ml"))
    if there:
        raise ProvisionerError(
            Diagnostic(
                codes.FOLDER_NOT_EMPTY,
                f"Found {there[0]}. Nothing was written. Name a folder of its own with --out.",
            )
        )


def _check_valid(files: Mapping[str, str]) -> None:
    """Load the result from a temporary folder. Raise ProvisionerError if it has errors."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, files)
        loaded = load(folder, environ={}, runtimes=RUNTIMES)
        wrong = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    if wrong:
        raise ProvisionerError(
            Diagnostic(codes.EXPORT_INVALID, "Nothing was written. The first errors:"),
            *(Diagnostic(one.code, one.detail) for one in wrong[:SHOWN]),
        )


def _write(folder: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files without replacing any, and return their paths. Raises ProvisionerError."""
    paths = {folder / name: text for name, text in files.items()}
    write_new(folder, paths)
    return tuple(paths)
