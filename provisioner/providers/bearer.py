"""Signs requests with tokens that are fetched when needed, for targets without a stored key.

A `Bearer` signs every request just before it is sent. If no token can be fetched, the error is
about the token and not about the request, because the request was not sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from provisioner.model.codes import servers as codes
from provisioner.model.errors import Unauthorized
from provisioner.providers import bodies
from provisioner.providers.retries import Delivery, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

JWT = re.compile(r"\beyJ[\w-]{5,}(\.[\w-]*){1,4}")
"""Matches a JSON Web Token in a text, so that it can be replaced by `***`."""
# 401: the server does not accept the token. 403: the token may not do what the request asks for.
UNKNOWN, FORBIDDEN = 401, 403


class Tokens(Protocol):
    """A source of tokens, which stores the current one. Any number of threads may call it."""

    def get_token(self) -> str:
        """Return a token that has not expired. Raises Fault."""

    def invalidate_token(self, token: str | None = None) -> None:
        """Drop `token` if it is still the current one, so that the next call fetches another."""


class TokenRedactor:
    """Replaces secrets in texts: those that `redact` replaces, and every token that was fetched."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._tokens: set[str] = set()

    def keep(self, token: str) -> str:
        """Record `token` as a secret, and return it."""
        self._tokens.add(token)
        return token

    def __call__(self, text: str) -> str:
        # Copied, because another thread may add a token. An empty text would be found everywhere.
        for token in filter(None, tuple(self._tokens)):
            text = text.replace(token, "***")
        return self._redact(JWT.sub("***", text))


class Bearer:
    """Signs every request with a token, and checks whether the server accepted the token.

    `host` and `advice` are for messages: the host of the API, and a sentence that says what to
    check.
    """

    def __init__(self, tokens: Tokens, host: str, advice: str, redactor: TokenRedactor) -> None:
        self._tokens = tokens
        self._host = host
        self._advice = advice
        self.redact = redactor
        self._taken: set[str] = set()  # the tokens that the server has accepted

    def sign(self, request: httpx2.Request) -> None:
        """Set the Authorization header of a request to the current token. Raises Fault."""
        token = self.redact.keep(self._tokens.get_token())
        request.headers["Authorization"] = f"Bearer {token}"

    def judge(self, response: httpx2.Response) -> None:
        """Raise Fault if the server refused the token.

        If the server accepted the token before, the token has expired early. The request was then
        not performed, and is sent again with another token.
        """
        token = response.request.headers.get("authorization", "").removeprefix("Bearer ")
        if response.status_code not in {UNKNOWN, FORBIDDEN}:
            self._taken.add(token)
            return
        error = self._refusal(response)
        if response.status_code == UNKNOWN:
            # A token that was never accepted is dropped as well, but the request is not sent again:
            # another token of the same identity would be refused too.
            self._tokens.invalidate_token(token)
            if token in self._taken:
                raise Fault(Delivery.NEVER_SENT, error)
        raise Fault(Delivery.REFUSED, error)

    def _refusal(self, response: httpx2.Response) -> Unauthorized:
        """Return the error for an answer that refuses the token."""
        response.read()
        said = self.redact(bodies.message(bodies.parsed(response)) or bodies.text(response))
        request, status = response.request, response.status_code
        detail = f"{self._host} answered {status} to: {request.method} {request.url.path}. "
        detail += f"It said: {said}" if said else "It said nothing more."
        request_id = bodies.request_id(response)
        code = codes.TOKEN_REFUSED
        return Unauthorized(code, f"{detail}\n{self._advice}", status, request_id)
