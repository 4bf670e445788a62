"""Turns the exceptions of storage libraries into ProviderErrors.

The libraries are optional, so their exceptions are recognised by the names of their classes, and
errors of S3 by the code that the server sent. An error says what was tried, where, what came back
and what to do. It names the place without credentials.
"""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from provisioner.model.code import Code
from provisioner.model.codes import moves as move_codes
from provisioner.model.codes import registries as codes
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
from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class DeadlineExceeded(Exception):
    """Raised if a request was not answered in full within its deadline."""


class NoListing(Exception):
    """Raised if an answer is neither a list nor a release, such as a web page or an endless answer."""


class InCircles(Exception):
    """Raised if a storage redirects one request again and again."""


class Redirected(Exception):
    """Raised if a storage other than S3 redirects a request. It is not followed."""


class Conflict(Invalid):
    """Raised if another publisher has published meanwhile, so that nothing was published here."""

    def __init__(self, detail: str) -> None:
        super().__init__(move_codes.PUBLISHED_MEANWHILE, detail, status=409)


@frozen
class _Diagnosis:
    """The class and code of the error for an exception, and advice."""

    kind: type[ProviderError]
    code: Code
    advice: str = ""


NO_ENTRY = _Diagnosis(
    Unauthorized,
    codes.REGISTRY_REFUSED_ACCESS,
    "Check this machine's credentials for the release registry, and their rights: list, read and "
    "write to publish; list and read to load.",
)
NO_WAY = _Diagnosis(
    Unreachable,
    codes.REGISTRY_UNREACHABLE,
    "Check the address, and for object storage the endpoint (AWS_ENDPOINT_URL_S3).",
)
NO_PLACE = _Diagnosis(
    NotFound, codes.REGISTRY_ABSENT, "Create the bucket or folder, or correct its URL."
)
NO_FOLDER = _Diagnosis(
    Invalid, codes.REGISTRY_NO_FOLDER, "Create a folder there, or correct its path."
)
NO_LIBRARY = _Diagnosis(
    Invalid,
    codes.NO_REGISTRY_LIBRARY,
    "For s3:// run: pip install s3fs. For other URLs install the package that fsspec names.",
)
NO_TIME = _Diagnosis(RateLimited, codes.REGISTRY_BUSY, "Try again in a while.")
NO_ANSWER = _Diagnosis(
    ProviderError,
    codes.REGISTRY_LATE,
    "The deadline of a request is --timeout (in code: `timeout`). Check that a server answers at "
    "that address, and for object storage the endpoint (AWS_ENDPOINT_URL_S3).",
)
NO_LISTING = _Diagnosis(
    ProviderError,
    codes.REGISTRY_NO_LISTING,
    "The answer is not taken for an empty registry. Check the address, and for object storage the endpoint "
    "(AWS_ENDPOINT_URL_S3). A proxy or a login page may have answered.",
)
NO_CONDITION = _Diagnosis(
    Invalid,
    codes.REGISTRY_NO_CONDITION,
    "Without conditional writes two publishers could get one number, so nothing was published. Publish to a "
    "folder, or to storage that supports `If-None-Match: *` on a PUT: S3, GCS, Azure, MinIO, R2.",
)
ELSEWHERE = _Diagnosis(
    Invalid,
    codes.REGISTRY_ELSEWHERE,
    "Set the bucket's own region (AWS_REGION) and endpoint (AWS_ENDPOINT_URL_S3).",
)
NOT_FOLLOWED = _Diagnosis(
    Invalid,
    codes.REGISTRY_ELSEWHERE,
    "Requests carry this machine's credentials, so nothing was sent there. Name the storage's own "
    "address (STORAGE_EMULATOR_HOST, AZURE_STORAGE_CONNECTION_STRING); a proxy or a login page may "
    "stand in between.",
)
NO_CLOCK = _Diagnosis(
    Invalid,
    codes.REGISTRY_CLOCK,
    "The release registry compares the time of a request with its own clock. Set this machine's clock.",
)
NO_PROXY = _Diagnosis(
    Unreachable,
    codes.REGISTRY_PROXY,
    "Check HTTPS_PROXY and HTTP_PROXY, or list the host in NO_PROXY.",
)
NO_TRUST = _Diagnosis(
    Invalid,
    codes.REGISTRY_CERTIFICATE,
    "If your own authority issued the certificate, set AWS_CA_BUNDLE to a file with the certificate "
    "of that authority. Otherwise check the address and the clock of this machine.",
)
_NO_BUNDLE = "AWS_CA_BUNDLE names {}, which does not exist, so no certificate can be checked. Correct it, or unset it."
REFUSED = _Diagnosis(
    Invalid,
    codes.REGISTRY_REFUSED,
    "The storage would refuse the same request again. Correct what its answer names, or use another "
    "registry.",
)
LOST = _Diagnosis(
    ProviderError,
    codes.REGISTRY_FAILED,
    "The storage failed, or its answer was lost on the way. Try again in a while. If it fails again, "
    "report it to the operator of the storage.",
)

_BY_CODE = {
    **dict.fromkeys(("SlowDown", "ServiceUnavailable", "503", "429"), NO_TIME),
    **dict.fromkeys(("TooManyRequests", "RequestLimitExceeded", "Throttling"), NO_TIME),
    **dict.fromkeys(("PermanentRedirect", "TemporaryRedirect", "Redirect"), ELSEWHERE),
    **dict.fromkeys(("301", "302", "307", "308", "IllegalLocationConstraintException"), ELSEWHERE),
    **dict.fromkeys(("AuthorizationHeaderMalformed", "MovedPermanently"), ELSEWHERE),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), NO_CLOCK),
    **dict.fromkeys(("NotImplemented", "501"), NO_CONDITION),
    "NoSuchBucket": NO_PLACE,
}
"""The diagnosis for error codes of S3 that are more exact than the class of the error."""
_BY_NAME = {
    "DeadlineExceeded": NO_ANSWER,
    "NoListing": NO_LISTING,
    "InCircles": ELSEWHERE,
    "Redirected": NOT_FOLLOWED,
    "ProxyConnectionError": NO_PROXY,
    "ClientProxyConnectionError": NO_PROXY,
    "SSLError": NO_TRUST,
    "ClientConnectorCertificateError": NO_TRUST,
    **dict.fromkeys(("ReadTimeoutError", "ConnectTimeoutError"), NO_ANSWER),
    "NotADirectoryError": NO_FOLDER,
    **dict.fromkeys(("EndpointConnectionError", "ClientConnectorError"), NO_WAY),
    **dict.fromkeys(("ConnectionRefusedError", "gaierror"), NO_WAY),
    **dict.fromkeys(("NoCredentialsError", "PartialCredentialsError"), NO_ENTRY),
    **dict.fromkeys(("CredentialRetrievalError", "TokenRetrievalError"), NO_ENTRY),
    **dict.fromkeys(("SSOError", "DefaultCredentialsError", "RefreshError"), NO_ENTRY),
    **dict.fromkeys(("ClientAuthenticationError", "PermissionError"), NO_ENTRY),
    **dict.fromkeys(("FileNotFoundError",), NO_PLACE),
    **dict.fromkeys(("ImportError",), NO_LIBRARY),
    **dict.fromkeys(
        ("TimeoutError", "ConnectionError"), LOST
    ),  # both are OSErrors, which `_diagnosis` would otherwise judge by their number
    **dict.fromkeys(("ValueError", "NotImplementedError", "ProfileNotFound"), REFUSED),
}
"""The diagnosis for exceptions, by the name of the class or of one of its bases."""
_OPEN = (LOST, NO_ANSWER)
"""Diagnoses after which it is not known whether the request was performed."""
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
"""Error codes of S3 for a conditional write that failed because the object exists.

The storage library does not turn all of them into FileExistsError.
"""
_BUSY = {errno.EBUSY, errno.EAGAIN}
"""Errors of the operating system after which the same request may succeed later."""
# After these it is not known whether the request was performed. None is an error without a number.
_NO_ANSWER = {errno.EIO, getattr(errno, "EREMOTEIO", errno.EIO), errno.EPIPE, None}


_NUMBER = re.compile(r"\[Errno -?\d+\] ")
"""Matches the number that begins the text of an OSError."""
_BUNDLE = "AWS_CA_BUNDLE"


@contextmanager
def retyped(
    place: str, asked: str, *, may_be_done: bool = False, secrets: Iterable[str] = ()
) -> Iterator[None]:
    """Turn every exception that is raised in the block into a ProviderError.

    `asked` says what was tried. With `may_be_done`, the error is Ambiguous if it is not known whether
    the request was performed. `secrets` are texts that the error must not show.
    """
    try:
        yield
    except ProvisionerError:
        raise
    except Exception as error:  # noqa: BLE001 (backends raise what they like)
        # The cause is hidden: its message may contain addresses and keys. Ours has been redacted.
        raise _error(error, f"{asked}, in {place}", may_be_done, secrets) from None


def _error(error: Exception, asked: str, may_be_done: bool, secrets: Iterable[str]) -> Exception:
    """Return the ProviderError for an exception."""
    from provisioner.providers.bodies import Redactor

    diagnosis = _diagnosis(error)
    bundle = os.environ.get(_BUNDLE, "")
    # If this file is missing, the S3 client raises an error that does not name the variable.
    if diagnosis is LOST and bundle and not os.path.exists(bundle):  # noqa: PTH110 - it never raises
        diagnosis = _Diagnosis(Invalid, codes.REGISTRY_CERTIFICATE, _NO_BUNDLE.format(bundle))
    if diagnosis is NO_CONDITION and not may_be_done:
        diagnosis = REFUSED  # not a write, so the storage lacks something other than conditions
    said = Redactor(secrets)(_NUMBER.sub("", str(error))) or type(error).__name__
    kind, detail = diagnosis.kind, f"What was tried: {asked}. What came back: {said.rstrip('.')}."
    if diagnosis in _OPEN and may_be_done:
        kind, detail = Ambiguous, f"{detail} Whether it was performed is not known."
    return kind(diagnosis.code, f"{detail}\n{diagnosis.advice}".strip())


def _diagnosis(error: Exception) -> _Diagnosis:
    """Return the meaning of an exception."""
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    if isinstance(response, dict) and (code := _code(response)) in _BY_CODE:
        return _BY_CODE[code]
    # The bases are ordered from the class itself upwards, so the most exact known name is found first.
    names = [base.__name__ for base in type(error).__mro__]
    known = next((_BY_NAME[name] for name in names if name in _BY_NAME), None)
    if known:
        return known
    if not isinstance(error, OSError):
        return LOST
    if error.errno in _BUSY:
        return NO_TIME
    return LOST if error.errno in _NO_ANSWER else REFUSED


def _code(response: Mapping[str, Any]) -> str:
    """Return the error code in an answer of S3, or ''."""
    error = response.get("Error")
    return str(error.get("Code") or "") if isinstance(error, dict) else ""


def is_taken(error: OSError) -> bool:
    """Return true if a write failed because the object exists."""
    return isinstance(error, FileExistsError) or code_of(error) in TAKEN


def code_of(error: OSError) -> str:
    """Return the error code of S3 in an exception, or the text 'None' if it contains none."""
    answer = getattr(error.__cause__, "response", None) or {}
    return str(answer.get("Error", {}).get("Code"))
