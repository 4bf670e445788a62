"""Reports secrets that a plan needs and whose environment variables are not set."""

from collections.abc import Iterable, Iterator, Sequence

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.plan import Change
from provisioner.model.value import MissingSecret, leaves


def missing_secret_refusals(changes: Iterable[Change]) -> list[Diagnostic]:
    """Return a refusal for each object that cannot be created because a secret is not set.

    An object that exists has its secrets already, so it needs none.
    """
    return [
        Diagnostic(
            codes.SECRET_NOT_SET,
            f"{_not_set(missing)} Nothing was changed. Set {_it(missing)} where the plan is "
            "applied; no plan and no log ever shows the value.",
            change.desired.origin if change.desired else None,
            subject=str(change.address),
        )
        for change, missing in _missing_secrets(changes)
    ]


def missing_secret_warnings(changes: Iterable[Change]) -> list[Diagnostic]:
    """Return a warning for each secret variable that is not set and that apply will need.

    It is not a refusal, because a plan may be made on a machine that has no secrets.
    """
    return [
        warning(
            codes.SECRET_NEEDED,
            f"{_not_set(missing)} Set {_it(missing)} before you apply, in the environment or in "
            ".env.",
            change.desired.origin if change.desired else None,
            str(change.address),
        )
        for change, missing in _missing_secrets(changes)
    ]


def _missing_secrets(changes: Iterable[Change]) -> Iterator[tuple[Change, list[str]]]:
    """Yield the changes that would send a secret, each with the variables that are not set."""
    for change in changes:
        if (change.action.makes or change.resend) and (missing := _missing(change)):
            yield change, missing


def _not_set(variables: Sequence[str]) -> str:
    which = "is" if len(variables) == 1 else "are"
    return f"{', '.join(variables)} {which} not set, neither in the environment nor in .env."


def _it(variables: Sequence[str]) -> str:
    return "it" if len(variables) == 1 else "them"


def _missing(change: Change) -> list[str]:
    spec = change.desired.spec if change.desired else {}
    return sorted({secret.variable for secret in leaves(spec, MissingSecret)})
