"""The output, the questions and the exit codes of `threads`: one function for each action.

To each function `bare` is a target without manifests, or None if a Stack names the target.
"""

import sys
from typing import TYPE_CHECKING, Any

from provisioner.cli._shared.errors import DONE, FAILED, interrupted
from provisioner.cli._shared.options import JSON, screen
from provisioner.cli._shared.perform import YES, approval
from provisioner.cli._shared.signals import winding_down
from provisioner.render import threads as rendering
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.document import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provisioner.model.diagnostic import Diagnostic
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.gc.bare import Bare
    from provisioner.verbs.threads.lines import BadLine


def listed(options: "RunOptions", bare: "Bare | None", owner: str, format: str) -> int:
    """Print the tracked objects, or their counts. Return the exit code."""
    from provisioner.verbs.threads.listing import listing

    found = listing(options, owner, on_bad=_tell_bad, bare=bare)
    _print(rendering.listing_document(found), rendering.listing_text(found), format)
    return DONE


def imported(
    options: "RunOptions",
    bare: "Bare | None",
    file: str,
    *,
    kind: str,
    ttl: float | None,
    format: str,
) -> int:
    """Import lines, print each bad line as it is found, and then what was registered.

    Return the exit code, which is 1 if a line was bad.
    """
    from provisioner.verbs.threads.importing import import_threads

    told: list[Diagnostic] = []

    def bad(line: "BadLine") -> None:
        # A file may have a million bad lines, and one document cannot hold them all.
        if format == JSON and len(told) < rendering.MOST_DIAGNOSTICS:
            told.append(line.diagnostic)
        _tell_bad(line)

    done = import_threads(options, file, kind=kind, ttl=ttl, on_bad=bad, bare=bare)
    _print(rendering.import_document(done, told), rendering.import_text(done), format)
    return FAILED if done.bad else DONE


def retired(
    options: "RunOptions", bare: "Bare | None", format: str, *, ask: bool, missing: bool
) -> int:
    """Delete the objects whose time to live is over, and print a report. Return the exit code.

    With `ask`, the user is asked before. With `missing`, the deletion goes on even if the server
    has none of the objects, which otherwise means that the key is that of another account.
    """
    from provisioner.verbs.threads.retire import expired

    with expired(options, _tell_bad, bare) as found:
        screen().err(rendering.expired_text(found.count, found.account, found.elsewhere))
        if found.count and ask and not approval("\nDelete them? [y/N] ", YES):
            return FAILED
        with winding_down(screen()) as stop:
            done = found.retire(stop=stop, allows_missing=missing)
    _warn(done.diagnostics)
    _print(rendering.retirement_document(done), rendering.retirement_text(done), format)
    if done.counts.interrupted:
        return interrupted(screen())
    return FAILED if done.counts.failed else DONE


def erased(
    options: "RunOptions",
    bare: "Bare | None",
    owner: str,
    format: str,
    *,
    ask: bool,
    missing: bool,
) -> int:
    """Delete all objects of the person `owner`, and print the receipt. Return the exit code.

    With `ask`, the user has to type the name of the person before. `missing` is as in `retired`.
    """
    from provisioner.verbs.threads.erase import person

    with person(options, owner, _tell_bad, bare) as found:
        screen().err(rendering.person_text(owner, found.count, found.account))
        question = f"\nWhat was said in them cannot be restored. Type {owner} to erase them: "
        # `approval` compares the answer in small letters.
        if found.count and ask and not approval(question, [owner.lower()]):
            return FAILED
        with winding_down(screen()) as stop:
            receipt = found.erase(stop=stop, allows_missing=missing)
    _warn(receipt.diagnostics)
    _print(rendering.erasure_document(receipt), rendering.erasure_text(receipt), format)
    if receipt.interrupted:
        return interrupted(screen())
    return DONE if receipt.is_complete else FAILED


def _print(document: "Mapping[str, Any]", text: str, format: str) -> None:
    """Print a result in the chosen format."""
    screen().out(to_json(document) if format == JSON else text)


def _tell_bad(line: "BadLine") -> None:
    _warn([line.diagnostic])


def _warn(diagnostics: "Iterable[Diagnostic]") -> None:
    for one in diagnostics:
        screen().note(diagnostics_text([one], colour=screen().colour(sys.stderr)).rstrip("\n"))
