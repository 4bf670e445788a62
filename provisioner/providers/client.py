"""Builds a provider from settings.

Its connection sends to one host only, and every request is counted and traced.
"""

from __future__ import annotations

import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError
from provisioner.providers import bodies
from provisioner.providers.connection import Hooks, HttpConnection
from provisioner.providers.faults import Faults
from provisioner.providers.gate import MAX_WAIT, Gate
from provisioner.providers.inside import InsideTransport
from provisioner.providers.meter import Meter
from provisioner.providers.openai import OpenAIProvider
from provisioner.providers.retries import Delivery, Fault, Patience, Retries
from provisioner.providers.route import Route, route_to
from provisioner.providers.settings import DATA
from provisioner.providers.sharing import Sharing
from provisioner.providers.transport import Deadline, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path
    from wsgiref.types import WSGIApplication

    from provisioner.emulator import App
    from provisioner.providers.bearer import Bearer
    from provisioner.providers.settings import Settings

KEPT = {307, 308}
"""Statuses of redirects that keep method and body. After every other redirect a client sends a GET.
"""


def open_provider(
    settings: Settings,
    *,
    timeout: float,
    parallelism: int,
    max_wait: float = MAX_WAIT,
    trace: Callable[[str], None] | None = None,
    tell: Callable[[str, float], None] | None = None,
    app: WSGIApplication | None = None,
    patience: Patience | None = None,
    bearer: Bearer | None = None,
    hidden: Collection[str] = (),
    heard: Callable[[float], None] | None = None,
) -> OpenAIProvider:
    """Return a provider for `settings`.

    If `app` is given, requests are passed to that WSGI application in this process. If the settings
    have no key, requests are signed by `bearer`, or else with the tokens that the settings
    describe. `hidden` are secrets that requests contain; the caller may add more of them later. The
    other parameters are those of `open_target`. Raises ProviderError if the settings are unusable.
    """
    outside = settings.data is None and app is None
    # A proxy variable that cannot be used must not stop a target that needs no network.
    route = route_to(settings.base_url) if outside else Route()
    hide = bodies.Redactor((*settings.secrets, route.password), hidden)
    bearer = bearer or _bearer(settings, hide)
    redact = bearer.redact if bearer else hide
    meter = Meter(trace, redact, tell)
    embedded = _embedded(settings.data) if settings.data else None
    inside = embedded or app
    deadline = Deadline()
    transport = (
        InsideTransport(inside)
        if inside
        else Transport(route, deadline, secure=settings.base_url.lower().startswith("https:"))
    )
    sign, judge = ([bearer.sign], [bearer.judge]) if bearer else ([], [])
    dates = [_dates(heard)] if heard else []
    # A request whose signing fails is not sent, so it is counted after it is signed.
    hooks = Hooks((*sign, meter.count), (_stay, *judge, *dates))
    connection = HttpConnection(settings, transport, timeout, hooks)
    closing = threading.Event()
    gate = Gate(parallelism, max_wait, meter.waiting)

    def close() -> None:
        # Threads that wait for a turn or for another try end now.
        closing.set()
        gate.close()
        connection.close()
        if embedded:
            embedded.close()

    return _provider(settings)(
        connection,
        Retries(gate, closing.wait, patience),
        Faults(settings, redact, route),
        meter,
        close,
        within=lambda: deadline.of(timeout),
        sharing=Sharing(),
    )


def _dates(heard: Callable[[float], None]) -> Callable[[httpx2.Response], None]:
    """Return a hook that reports by how many seconds the date of an answer is ahead of our clock."""

    def hear(response: httpx2.Response) -> None:
        try:
            date = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        heard(date.timestamp() - time.time())

    return hear


def _bearer(settings: Settings, redact: Callable[[str], str]) -> Bearer | None:
    """Return the source of tokens that replaces the key, or None if there is a key."""
    if settings.foundry:
        from provisioner.providers.foundry import entra_bearer

        return entra_bearer(settings.host, redact)
    if settings.identity:
        from provisioner.providers.identity import workload_bearer

        return workload_bearer(settings.identity, settings.runner, settings.host, redact)
    return None


def _provider(settings: Settings) -> type[OpenAIProvider]:
    if settings.foundry:
        from provisioner.providers.foundry import FoundryProvider

        return FoundryProvider
    return OpenAIProvider


def _embedded(data: Path) -> App:
    """Return the embedded server over a file. Raises ProviderError if the file cannot be used."""
    from sqlite3 import Error

    from provisioner.emulator import create_app

    try:
        _make_folder(data.parent)
        return create_app(data)
    except (OSError, Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        detail = (
            f"The embedded server stores its objects in {data}: {why}. Repair or move that file, or name another one in "
            "`data:` of the target."
        )
        raise ProviderError(codes.EMBEDDED_DATA, detail) from error


def _make_folder(folder: Path) -> None:
    """Create the folder of the embedded server's data. The default folder gets a .gitignore file."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    # A folder with another name was chosen by the user, so nothing is added to it.
    if folder.name == DATA.parent.name:
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _stay(response: httpx2.Response) -> None:
    """Raise Fault for a redirect to another host, or for one that would change the request.

    The key must only be sent to the host that the Stack names. After some redirects a client sends
    a GET, which would turn a create into a list.
    """
    if not response.has_redirect_location:
        return
    here = response.request.url
    there = here.join(response.headers["location"])
    same = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
    if same and (response.request.method == "GET" or response.status_code in KEPT):
        return
    detail = (
        f"{here.host} answered {response.status_code} and points to {there.scheme}://{there.host}. "
        "It was not followed, because the key may only be sent to the host that the target names. If "
        "the API is at that other address, write it as the target's base_url."
    )
    code = codes.REDIRECTED
    raise Fault(Delivery.REFUSED, ProviderError(code, detail, response.status_code))
