"""Turns failures of the HTTP library and refusals of servers into ProviderErrors.

An error says which request failed, at which host, what the server answered and what to do. It
contains no header, no query and no key, and at most the first characters of a body.
"""

from __future__ import annotations

import re
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx2

from provisioner.model.code import Code
from provisioner.model.codes import servers as codes
from provisioner.model.errors import (
    Invalid,
    NoSuchApi,
    NotFound,
    ProviderError,
    RateLimited,
    Unauthorized,
    Unreachable,
)
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.providers import bodies, wire
from provisioner.providers.between import names_nobody, obstacle, reason, refusal
from provisioner.providers.retries import Delivery, Fault
from provisioner.providers.route import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.providers.settings import Settings

NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
"""Failures before the request was sent, so it was certainly not performed."""
UNSENDABLE = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)
"""Failures of a request that cannot be sent at all."""
IMPOSSIBLE = {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
"""The statuses that mean that the server does not have an operation."""
_HEADER = re.compile(r"\bheaders?\b", re.IGNORECASE)
"""Matches a message that mentions a header: the request may lack one that a gateway wants."""
ABSENCES = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, *IMPOSSIBLE}
"""The statuses that mean that an object or a path does not exist."""
# Some compatible servers answer 400 or 422 and not 404 for an object that is gone. Only the message
# then shows that.
REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
OPENAI_HOST = "api.openai.com"
RETIRED = (
    "OpenAI retired the Assistants API on 2026-08-26. On this host, use the runtime `responses` or "
    "`agents`. The runtime `assistants` needs a server that still has the Assistants API: a "
    "compatible server, named by base_url, or `server: embedded`."
)
ABSENT = (
    "This server does not have that part of the API. Check the base_url (it usually ends in /v1), "
    "or remove the manifests and fields that need it."
)

FAILED = (
    "The server itself failed. Run again later. If it fails again, report it to the operator of the "
    "server, with the request id if there is one."
)
BUSY = "Run again when that other request has ended."
NO_QUOTA = (
    "The account has used up its quota, so waiting does not help. Have the quota raised, or use "
    "another account."
)
_PAGE = (
    "That is a web page and not an answer of an API. Check the base_url (it usually ends in /v1), and "
    "whether a sign-in page, a proxy or a gateway is in front of the server. {through}"
)
_HEADER_WANTED = " If a gateway in front of the server needs a header of its own, add it to `headers:` of the target."
UNSURE = "Whether it was performed is not known"


@frozen
class Asked:
    """One request, as error messages name it. A request for a list or a create has no `id`.

    `verb` is the operation on the collection, such as `list` or `cancel`.
    """

    verb: str
    collection: str
    id: str = ""
    parent: str = ""

    def __str__(self) -> str:
        of = f" {self.id}" if self.id else ""
        inside = f" in {self.parent}" if self.parent else ""
        return f"{self.verb} {self.collection}{of}{inside}"

    @property
    def unsure(self) -> str:
        """The sentence for a request that may have been performed.

        It names a command that shows whether it was.
        """
        if wire.is_talk(self.collection):
            return f"{UNSURE}."
        return f"{UNSURE}: {hint('plan')} shows it."

    @property
    def noun(self) -> str:
        """The noun for the object that a 404 reports as missing: the object, or the parent of a list."""
        names = self.collection.split("/")
        name = names[-1] if self.id or len(names) == 1 else names[-2]
        return re.sub(r"(?<=ch)es$|s$", "", name).replace("_", " ")


@frozen
class _Diagnosis:
    """The meaning of a refused request: its delivery, the class and code of the error, and advice."""

    delivery: Delivery
    kind: type[ProviderError]
    code: Code
    advice: str = ""


class Faults:
    """Builds a Fault for each failed request of one connection."""

    def __init__(
        self, settings: Settings, redact: Callable[[str], str], route: Route | None = None
    ) -> None:
        self._host = settings.host
        self._key = settings.api_key_env
        self._target = settings.target
        self._whence = settings.whence
        self._redact = redact
        self._route = route or Route()

    def of(self, error: Exception, asked: Asked) -> Fault:
        """Return the Fault for an error that the connection raised for the request `asked`."""
        if isinstance(error, httpx2.HTTPError | ssl.SSLError):
            return self._unanswered(error, asked)
        return self._unsendable(error, asked)

    def unreadable(self, response: httpx2.Response, asked: Asked, why: str) -> Fault:
        """Return the Fault for a successful answer (2xx) whose body is not the expected result.

        `why` completes the sentence "The body …".
        """
        said = self._redact(bodies.text(response))
        quote = f"It begins: {said}" if said else "It is empty."
        detail = (
            f"{self._host} answered {response.status_code} to: {asked}. The body {why}. {quote}"
        )
        is_page = bodies.is_page(response)
        if is_page:
            detail = f"{detail}\n{_PAGE.format(through=self._through())}{self._whence}"
        request_id = bodies.request_id(response)
        error = ProviderError(codes.ANSWER_UNREADABLE, detail, response.status_code, request_id)
        return Fault(Delivery.UNKNOWN, error, lasts=is_page, unsure=asked.unsure)

    def _through(self) -> str:
        """Return a sentence about the proxy, or '' if there is none."""
        return f"{self._route.proxied()} " if self._route.proxy else ""

    def _unsendable(self, error: Exception, asked: Asked) -> Fault:
        """Return the Fault for a request that cannot be sent."""
        why = self._redact(str(error)) or type(error).__name__
        detail = f"The request ({asked}, to {self._host}) cannot be sent: {why}."
        return Fault(Delivery.REFUSED, Invalid(codes.REQUEST_UNSENDABLE, detail))

    def _unanswered(self, cause: Exception, asked: Asked) -> Fault:
        """Return the Fault for a request without a whole answer."""
        if isinstance(cause, UNSENDABLE):
            return self._unsendable(cause, asked)
        if found := obstacle(cause, self._host, self._route, self._redact):
            detail = f"{found.detail} The request was: {asked}."
            return Fault(found.delivery, Unreachable(found.code, detail), lasts=found.lasts)
        why = self._redact(reason(cause))
        if isinstance(cause, NEVER_SENT):
            return self._unreachable(cause, why, asked)
        late = isinstance(cause, httpx2.TimeoutException)
        code = codes.ANSWER_LATE if late else codes.CONNECTION_BROKE
        detail = f"{self._host} was sent the request ({asked}), but no whole answer came ({why})."
        if late:
            detail += " --timeout gives a request more time."
        return Fault(Delivery.UNKNOWN, ProviderError(code, detail), unsure=asked.unsure)

    def _unreachable(self, cause: Exception, why: str, asked: Asked) -> Fault:
        """Return the Fault for a connection that could not be opened."""
        unknown = names_nobody(cause)
        ways = (
            "Correct the address, or the name service of this machine."
            if unknown
            else "Start the server, or correct the address."
        )
        # The address of OpenAI is known to be right, so the fault lies between it and this machine.
        if self._host == OPENAI_HOST:
            ways = (
                "Check that this machine is online. If it is behind a proxy, set HTTPS_PROXY to it."
            )
        detail = (
            f"No connection to {self._host} could be opened: {bodies.ended(why)} {self._whence} {ways} "
            f"The request was: {asked}."
        )
        return Fault(Delivery.NEVER_SENT, Unreachable(codes.UNREACHABLE, detail), lasts=unknown)

    def refused(self, response: httpx2.Response, asked: Asked) -> Fault:
        """Return the Fault for an answer with a status other than 2xx."""
        body = bodies.parsed(response)
        said = self._redact(bodies.message(body) or bodies.text(response))
        diagnosis = self._diagnosis(response.status_code, bodies.code(body), said, asked)
        if found := refusal(response, self._target, self._route, self._redact):
            advice = "\n".join(filter(None, (found.detail, diagnosis.advice)))
            diagnosis = _Diagnosis(found.delivery, Unauthorized, found.code, advice)
        request_id = bodies.request_id(response)
        quote = f"It said: {bodies.ended(said)}" if said else "It said nothing more."
        detail = f"{self._host} answered {response.status_code} to: {asked}. {quote}"
        detail = f"{detail}\n{diagnosis.advice}" if diagnosis.advice else detail
        detail = f"{detail}\nRequest id: {request_id}" if request_id else detail
        error = diagnosis.kind(diagnosis.code, detail, response.status_code, request_id)
        throttled = diagnosis.delivery is Delivery.THROTTLED
        # The gate learns the pace by itself. A wait that the server rounded up to whole seconds would
        # make it much slower than the server allows.
        wait = bodies.least_wait(response) if throttled else bodies.seconds_to_wait(response)
        return Fault(diagnosis.delivery, error, wait, unsure=asked.unsure)

    def _diagnosis(self, status: int, code: str, said: str, asked: Asked) -> _Diagnosis:
        """Return the meaning of a status, the `code` of the body and its message `said`."""
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            advice = f"Check the key in {self._key} and what it may do." if self._key else ""
            if _HEADER.search(said):
                advice = f"{advice}{_HEADER_WANTED}".strip()
            return _Diagnosis(Delivery.REFUSED, Unauthorized, codes.KEY_REFUSED, advice)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return _too_much(code)
        if status in ABSENCES or (status in REFUSALS and _names_gone(said, asked)):
            return self._absent(status, said, asked)
        if status == HTTPStatus.CONFLICT and bodies.says_locked(said):
            # The other request ends soon, so an update or a delete is sent again, as after a lost answer.
            return _Diagnosis(Delivery.UNKNOWN, Invalid, codes.BEING_CHANGED, BUSY)
        if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _Diagnosis(Delivery.UNKNOWN, ProviderError, codes.SERVER_FAILED, FAILED)
        return _Diagnosis(Delivery.REFUSED, Invalid, codes.REQUEST_REFUSED)

    def _absent(self, status: int, said: str, asked: Asked) -> _Diagnosis:
        """Return the meaning of an answer that says that an object or a path does not exist."""
        root = asked.collection.partition("/")[0]
        # OpenAI answers 404 to every path of the retired API, so no object is missing there.
        if self._host == OPENAI_HOST and root in {"assistants", "threads"}:
            code = codes.ASSISTANTS_API_GONE
            return _Diagnosis(Delivery.REFUSED, NoSuchApi, code, RETIRED)
        if status in IMPOSSIBLE or _names_no_path(said, asked):
            return _Diagnosis(Delivery.REFUSED, NoSuchApi, codes.NO_SUCH_API, ABSENT)
        return _gone(asked)


def _too_much(code: str) -> _Diagnosis:
    if code == "insufficient_quota":
        return _Diagnosis(Delivery.REFUSED, RateLimited, codes.NO_QUOTA, NO_QUOTA)
    return _Diagnosis(Delivery.THROTTLED, RateLimited, codes.TOO_MANY_REQUESTS)


def _gone(asked: Asked) -> _Diagnosis:
    advice = f"There is no such {asked.noun}."
    return _Diagnosis(Delivery.REFUSED, NotFound, codes.NO_SUCH_OBJECT, advice)


def _names_no_path(said: str, asked: Asked) -> bool:
    """Return true if a 404 means that a path of the API does not exist, rather than one object."""
    if asked.id:
        return False
    # The list of a collection without a parent names no object that could be missing.
    if not asked.parent and asked.verb == "list":
        return True
    return bodies.says_no_path(said) or (not asked.parent and not bodies.says_gone(said))


def _names_gone(said: str, asked: Asked) -> bool:
    """Return true if a 400 or 422 means that the object of the request does not exist.

    A request with a body may name other objects that are gone. So the answer must name the id or
    the kind of the requested object.
    """
    if not asked.id or not bodies.says_gone(said):
        return False
    return asked.verb in {"get", "delete"} or asked.id in said or asked.noun in said.lower()
