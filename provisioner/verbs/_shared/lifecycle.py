"""Warn about models in manifests, and about APIs, that will be switched off.

The dates come from the target's own list of models, or from the vendor's table.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProviderError
from provisioner.model.plan import Change
from provisioner.model.provider import Provider
from provisioner.model.resource import Desired
from provisioner.model.stack import Target
from provisioner.policy import lifecycle

EMBEDDED = "embedded"
VENDOR = "api.openai.com"
MODEL = "model"


def today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()


def is_vendor(target: Target, host: str) -> bool:
    """Return true if a target is on OpenAI's own hosts, in any region."""
    return not target.server and is_vendor_host(host)


def is_vendor_host(host: str) -> bool:
    """Return true for the name of one of OpenAI's own hosts, with or without a port."""
    return f".{host.partition(':')[0]}".endswith(f".{VENDOR}")


def of_declared(
    target: Target,
    host: str,
    desired: Desired,
    day: date,
    *,
    makes: Collection[Address] = (),
) -> tuple[Diagnostic, ...]:
    """Return warnings about the models of declared resources and about the target's API, offline.

    Dates are known only for the models of OpenAI's own hosts. A model that is gone there is an
    error for the addresses in `makes`, which are about to be created, and a warning for others.
    """
    vendor = is_vendor(target, host)
    found = lifecycle.ending(target.runtime, target.server, day, vendor=vendor)
    if not vendor:
        return tuple(found)
    uses = _uses(desired, makes)
    return (*found, *lifecycle.models(uses, lifecycle.announced(), day, vendor=True))


def of_planned(
    target: Target,
    host: str,
    desired: Desired,
    changes: Iterable[Change],
    *,
    provider: Provider,
    day: date,
) -> tuple[Diagnostic, ...]:
    """Return the warnings of `of_declared` for a plan.

    A model that is switched off is an error if a change sends it. A host that is not OpenAI's is
    asked for its list of models if a change sends one. Without such a list, there are no warnings
    about models.
    """
    sent = {change.address: change for change in changes if _sends_model(change)}
    if is_vendor(target, host):
        found = lifecycle.ending(target.runtime, target.server, day, vendor=True)
        known = lifecycle.announced()
        return (*found, *lifecycle.models(_uses(desired, sent), known, day, vendor=True))
    found = lifecycle.ending(target.runtime, target.server, day, vendor=False)
    if not sent or target.server:
        return tuple(found)
    try:
        known = lifecycle.listed(provider.list("models"))
    except ProviderError:
        return tuple(found)
    return (*found, *lifecycle.models(_uses(desired, sent), known, day, vendor=False))


def _uses(desired: Desired, sent: Collection[Address]) -> Iterable[lifecycle.Use]:
    """Return the uses of models in declared resources. `sent` are addresses whose model is sent."""
    return [
        lifecycle.Use(address, resource.spec[MODEL], resource.origin, sets=address in sent)
        for address, resource in desired.items()
        if isinstance(resource.spec.get(MODEL), str)
    ]


def _sends_model(change: Change) -> bool:
    """Return true if a change sends a model to the server."""
    return change.desired is not None and (
        change.action.makes or any(field.path == MODEL for field in change.fields)
    )
