"""Parse the two words that name the sides of a comparison."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.model.frozen import frozen
from provisioner.source.suggest import did_you_mean, listed
from provisioner.verbs.history import RUN

ENVIRONMENT, TARGET, FOLDER, RUN_OF = "env", "target", "folder", "run"
PREFIXES: Final = (ENVIRONMENT, TARGET, FOLDER, RUN_OF)
NO_ENVIRONMENT: Final = "default"
"""The word for the Stack without an environment, unless an environment has this name."""


@frozen
class Word:
    """One side as it was asked for. A part that was not given is None or empty."""

    text: str
    environment: str | None = None
    target: str | None = None
    folder: Path | None = None
    run: str = ""
    without_environment: bool = False


def word(text: str, environments: Sequence[str], targets: Sequence[str]) -> Word:
    """Return the side that a word names.

    A word is `prod`, `prod@compat`, `target:compat`, `run-…` or a folder. Raises UsageError for a
    word that names no side, or two.
    """
    prefix, colon, rest = text.partition(":")
    if colon and prefix in PREFIXES:
        return _prefixed(text, prefix, rest, environments, targets)
    if text.startswith(RUN):
        return Word(text, run=text)
    name, at, target = text.partition("@")
    if at and name in (*environments, "", NO_ENVIRONMENT) and target in targets:
        known = name if name in environments else None
        return Word(text, known, target, without_environment=known is None)
    meanings = [
        *([f"{ENVIRONMENT}:{text}"] if text in environments else []),
        *([f"{TARGET}:{text}"] if text in targets else []),
        *([f"{FOLDER}:{text}"] if Path(text).is_dir() else []),
    ]
    if len(meanings) > 1:
        raise UsageError(
            Diagnostic(
                codes.TWO_MEANINGS,
                f"Write {' or '.join(f'`{m}`' for m in meanings)}.",
                subject=text,
            )
        )
    if meanings:
        return word(meanings[0], environments, targets)
    if text == NO_ENVIRONMENT:
        return Word(text, without_environment=True)
    near = did_you_mean(text, (*environments, *targets))
    raise UsageError(
        Diagnostic(
            codes.NO_SIDE,
            f"Environments: {listed(environments)}. Targets: {listed(targets)}. A side may also be a"
            f" folder of manifests, a run (`run-…`), or `ENVIRONMENT@TARGET`.{near}",
            subject=text,
        )
    )


def _prefixed(
    text: str, prefix: str, name: str, environments: Sequence[str], targets: Sequence[str]
) -> Word:
    """Return the side that a word with a prefix such as `env:` names. Raises UsageError."""
    known = {ENVIRONMENT: environments, TARGET: targets}.get(prefix)
    if known is not None and name not in known:
        near = did_you_mean(name, known)
        detail = f"The Stack has {listed(known)}.{near}"
        raise UsageError(Diagnostic(codes.NO_SIDE, detail, subject=text))
    if prefix == ENVIRONMENT:
        return Word(name, environment=name)
    if prefix == TARGET:
        return Word(name, target=name)
    if prefix == RUN_OF:
        return Word(name, run=name)
    return Word(name, folder=Path(name))
