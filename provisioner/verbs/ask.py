"""ask: send one question to a live assistant, as an application would, as a smoke test.

The runtime defines how its assistants are asked (see `provisioner.model.conversation`).
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from provisioner.kinds import CONVERSATIONAL
from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.conversation import Answer, Asking, MadeFile, Question, Tell
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.mark import ADDRESS, OWNER, PREFIX
from provisioner.source.suggest import did_you_mean
from provisioner.verbs._shared.applied import (
    applied_assistant,
    check_is_assistant,
    conversation_of,
    refused,
)
from provisioner.verbs._shared.lookup import find_row, open_live, whole_address
from provisioner.verbs._shared.session import RunOptions, Session


def ask(
    options: RunOptions, address: Address, question: Question, tell: Tell = lambda _line: None
) -> Answer:
    """Ask a live assistant a question, wait for the end of the run, and return the answer.

    The answer says whether the run completed. `tell` gets lines about the progress of the run,
    which is cancelled after `options.timeout` seconds. Raises ProvisionerError. If assistants of
    this runtime cannot be asked, it is raised before the first request.
    """
    with open_live(options) as session:
        put = conversation_of(session.runtime, "asked").ask
        if put is None:
            raise refused(session.runtime, "asked")
        address = whole_address(session, address)
        check_is_assistant(address)
        _tell_of_unknown_functions(session, address, question, tell)
        about = {OWNER: str(session.stack.owner), ADDRESS: str(address), f"{PREFIX}source": "ask"}
        folder = question.save_files
        save = partial(save_file, folder) if folder else None
        asking = Asking(question, about, options.timeout, options.settle, tell, save)
        return put(applied_assistant(session, address, find_row(session, address)), asking)


def _tell_of_unknown_functions(
    session: Session, address: Address, question: Question, tell: Tell
) -> None:
    """Warn about outputs for functions that the assistant does not have: most are typing errors."""
    if address not in session.desired:
        return
    known = CONVERSATIONAL.functions(session.desired[address].spec)
    for name in question.tool_outputs:
        if name not in known:
            tell(f"warning: {address} has no function {name}.{did_you_mean(name, known)}")


def save_file(folder: Path, file: MadeFile, content: bytes) -> MadeFile:
    """Write a file that a run made into a folder, under a name that is still free.

    Return the file with the path at which it lies now. Raises ProvisionerError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return replace(file, path=_written(folder, file.name, content))
    except OSError as error:
        raise ProvisionerError(
            Diagnostic(codes.FILE_NOT_SAVED, f"{folder / file.name}: {error.strerror}.")
        ) from error


def _written(folder: Path, name: str, content: bytes) -> Path:
    """Write a file without replacing another, and return its path."""
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 0
    while True:
        path = folder / (f"{stem}-{number}{suffix}" if number else name)
        try:
            # A test before the opening would not be enough: another process may take the name.
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            number += 1
        else:
            return path


__all__ = ["Answer", "MadeFile", "Question", "ask"]
