"""Defines the errors that stop a run. Providers raise them instead of errors of an HTTP library.

ProvisionerError
├── ManifestErrors        the manifests cannot be used; it contains every Diagnostic
├── PlanRefused           the plan must not be applied; the message says what to do
├── UsageError            the command or function cannot be called in this way
├── LedgerError           the ledger cannot be used
├── LockHeld              another run holds the lock of the same stack and environment
├── LockLost              the lock expired or was taken away: another run may have begun
└── ProviderError         the server refused the request or did not answer it
    ├── Unreachable       the request was not sent, so it may be sent again
    ├── Ambiguous         the request was sent but no usable answer came: it may have been performed
    ├── Unauthorized      status 401 or 403
    ├── NotFound          status 404, or what a server answers in its place
    ├── NoSuchApi         the host does not have this API
    ├── Invalid           status 400, 409, 413 or 422: the server understood and refused the request
    └── RateLimited       status 429: no quota is left, or no request succeeded for `--max-wait`

Every one of them has Diagnostics.
"""

from collections.abc import Iterable

from provisioner.model.code import Code
from provisioner.model.diagnostic import Diagnostic


class ProvisionerError(Exception):
    """The base class of all errors.

    `diagnostics` has every problem; `str()` is the text for users.
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(map(str, self.diagnostics)))


class ManifestErrors(ProvisionerError):
    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        super().__init__(*diagnostics)


class PlanRefused(ProvisionerError):
    pass


class UsageError(ProvisionerError):
    pass


class LedgerError(ProvisionerError):
    pass


class LockHeld(ProvisionerError):
    pass


class LockLost(ProvisionerError):
    pass


class ProviderError(ProvisionerError):
    """An error of a request. `status` is the HTTP status, 0 if no answer came.

    `request_id` is the id that the server gave the request, '' if it gave none.
    """

    def __init__(
        self,
        code: Code,
        detail: str = "",
        status: int = 0,
        request_id: str = "",
        subject: str = "",
    ) -> None:
        super().__init__(Diagnostic(code, detail, subject=subject))
        self.status = status
        self.request_id = request_id


class Unreachable(ProviderError):
    pass


class Ambiguous(ProviderError):
    pass


class Unauthorized(ProviderError):
    pass


class NotFound(ProviderError):
    pass


class NoSuchApi(ProviderError):
    pass


class Invalid(ProviderError):
    pass


class RateLimited(ProviderError):
    pass
