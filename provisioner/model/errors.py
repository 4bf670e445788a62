"""The errors that stop a run. Providers raise them in place of the errors of an HTTP library.

ProvisionerError
├── ManifestErrors        the manifests cannot be used; holds every Diagnostic
├── PlanRefused           the plan must not be carried out; the message says what to do
├── UsageError            the call itself makes no sense
├── LedgerError           the ledger cannot be used
├── LockHeld              somebody else works on the same stack and environment
├── LockLost              the lock was taken away or expired: another run may have begun
└── ProviderError         the live side said no, or nothing
    ├── Unreachable       the request was never sent: it may be sent again
    ├── Ambiguous         it was sent and no usable answer came: it may have been performed
    ├── Unauthorized      401, 403
    ├── NotFound          404, or what a server says in its place
    ├── NoSuchApi         the host does not have this API at all
    ├── Invalid           400, 409, 413, 422: understood and refused
    └── RateLimited       429: no quota, or nothing went through for `--max-wait`

Each of them holds Diagnostics.
"""

from collections.abc import Iterable

from provisioner.model.code import Code
from provisioner.model.diagnostic import Diagnostic


class ProvisionerError(Exception):
    """The base of all errors. `diagnostics` has every problem; str() is the text for a person."""

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
    """`status` is the HTTP status, 0 if no answer came.

    `request_id` is the server's, if it sent one.
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
