"""What a registry's failures mean: as many errors as there are backends, re-typed as ours.

Backends are optional, so their errors are known by the names of their classes. A sentence is all
that leaves: the place without credentials, what was tried, what came back, what to do.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioner.model.code import Code
from provisioner.model.codes import moves as move_codes
from provisioner.model.codes import servers as server_codes
from provisioner.model.errors import (
    Ambiguous,
    Invalid,
    NotFound,
    ProviderError,
    ProvisionerError,
    RateLimited,
    Unauthorized,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Conflict(Invalid):
    """Somebody else published since the release was read that this one builds on."""

    def __init__(self, detail: str) -> None:
        super().__init__(move_codes.PUBLISHED_MEANWHILE, detail, status=409)


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: type[ProviderError]
    code: Code
    advice: str = ""


NO_ENTRY = _Meaning(
    Unauthorized,
    server_codes.REGISTRY_REFUSED_ACCESS,
    "Check the credentials that this machine has for it, and what they may do: list, read and "
    "write to publish; list and read to load.",
)
NO_WAY = _Meaning(
    Unreachable,
    server_codes.REGISTRY_UNREACHABLE,
    "Check the address, and for object storage the endpoint (AWS_ENDPOINT_URL_S3).",
)
NO_PLACE = _Meaning(
    NotFound, server_codes.REGISTRY_ABSENT, "Create the bucket or folder, or mend its URL."
)
NO_LIBRARY = _Meaning(
    Invalid,
    server_codes.NO_REGISTRY_LIBRARY,
    "For s3:// it is: pip install 'provisioner[s3]'. For others, the package that fsspec names.",
)
NO_TIME = _Meaning(RateLimited, server_codes.REGISTRY_BUSY, "Try again in a while.")
REFUSED = _Meaning(Invalid, server_codes.REGISTRY_REFUSED)
LOST = _Meaning(ProviderError, server_codes.REGISTRY_FAILED)

_BY_NAME = {
    **dict.fromkeys(("EndpointConnectionError", "ConnectTimeoutError"), NO_WAY),
    **dict.fromkeys(("ProxyConnectionError", "ClientConnectorError"), NO_WAY),
    **dict.fromkeys(("ConnectionRefusedError", "gaierror"), NO_WAY),
    **dict.fromkeys(("NoCredentialsError", "PartialCredentialsError"), NO_ENTRY),
    **dict.fromkeys(("CredentialRetrievalError", "TokenRetrievalError"), NO_ENTRY),
    **dict.fromkeys(("SSOError", "DefaultCredentialsError", "RefreshError"), NO_ENTRY),
    **dict.fromkeys(("ClientAuthenticationError", "PermissionError"), NO_ENTRY),
    **dict.fromkeys(("FileNotFoundError",), NO_PLACE),
    **dict.fromkeys(("ImportError",), NO_LIBRARY),
    **dict.fromkeys(("TimeoutError", "ConnectionError"), LOST),  # both are OSErrors: before those
    **dict.fromkeys(("ValueError", "NotImplementedError", "ProfileNotFound"), REFUSED),
}
_BUSY = {errno.EBUSY, errno.EAGAIN}
_NO_ANSWER = {errno.EIO, getattr(errno, "EREMOTEIO", errno.EIO), errno.EPIPE, None}


@contextmanager
def retyped(
    place: str, asked: str, *, may_be_done: bool = False, secrets: Iterable[str] = ()
) -> Iterator[None]:
    """Whatever fails inside becomes a ProviderError.

    `asked` says what was tried. With `may_be_done`, a failure that leaves open whether it was done
    is Ambiguous.
    """
    try:
        yield
    except ProvisionerError:
        raise
    except Exception as error:  # noqa: BLE001 (backends raise what they like)
        # The cause may quote addresses and keys; what we show has been redacted.
        raise _error(error, f"{asked}, in {place}", may_be_done, secrets) from None


def _error(error: Exception, asked: str, may_be_done: bool, secrets: Iterable[str]) -> Exception:
    from provisioner.providers.bodies import Redactor

    meaning = _meaning(error)
    said = Redactor(secrets)(str(error)) or type(error).__name__
    kind, detail = meaning.kind, f"What was tried: {asked}. What came back: {said.rstrip('.')}."
    if meaning is LOST and may_be_done:
        kind, detail = Ambiguous, f"{detail} Whether it was performed is not known."
    return kind(meaning.code, f"{detail}\n{meaning.advice}".strip())


def _meaning(error: Exception) -> _Meaning:
    names = [base.__name__ for base in type(error).__mro__]
    known = next((_BY_NAME[name] for name in names if name in _BY_NAME), None)
    if known:
        return known
    if not isinstance(error, OSError):
        return LOST
    if error.errno in _BUSY:
        return NO_TIME
    return LOST if error.errno in _NO_ANSWER else REFUSED
