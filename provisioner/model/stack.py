"""The Stack: its id and environment, its target, and its guards."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

from provisioner.model.diagnostic import Position
from provisioner.model.frozen import frozen
from provisioner.model.mark import Owner

DAY = 86400.0


def is_openai(url: str) -> bool:
    """Return true if a URL leads to OpenAI's own API, in any region, without a proxy in between."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and f".{parts.hostname}".endswith(".api.openai.com")


def web_address(url: str) -> str:
    """Return `url` in normal form.

    Scheme and host are in small letters, and no slash is doubled or last.

    Raises ValueError for a URL that is not allowed. The message repeats no part of `url`, because a
    URL may contain a password before an @.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError("it is no web address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it is no web address")
    said = {
        "a user or a password": parts.username is not None,
        "a query (?…)": bool(parts.query) or url.rstrip().endswith("?"),
        "a fragment (#…)": bool(parts.fragment) or url.rstrip().endswith("#"),
    }
    if found := [what for what, there in said.items() if there]:
        raise ValueError(f"it holds {' and '.join(found)}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = "/".join(filter(None, parts.path.split("/")))
    place = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{place}/{path}".rstrip("/")


@frozen
class WorkloadIdentity:
    """A machine's own identity, which is used in place of an API key.

    `provider` is the service that issues the machine's token: `github`, `kubernetes`, `azure` or
    `gcp`. Each of the next fields has the provider's default where it is empty: `audience` is the
    audience of the token, `token_file` is the file in which Kubernetes mounts the token, and
    `client_id` selects one of several identities on Azure.
    """

    provider: str
    identity_provider_id: str
    service_account_id: str
    audience: str = ""
    token_file: str = ""
    client_id: str = ""


@frozen
class Target:
    """A runtime, configured and named.

    `server` is `embedded`, `foundry` or empty; `data` is where the embedded server keeps its
    database, `api_version` what Foundry is asked for. `api_key_env` is the name of an environment
    variable, never a key; a `workload_identity` may replace it. Settings that are empty come from the
    environment, as the SDK reads it. A target that `publishes` has a release registry at `releases`, a
    folder or a URL. `retire_after` counts seconds. `ledger` says where the ledger is for this target,
    empty where the target does not say so. `address_variables` are the names of the variables
    from which the manifest makes `base_url`.
    """

    name: str
    runtime: str
    server: str = ""
    data: str = ""
    base_url: str = ""
    api_key_env: str = ""
    api_version: str = ""
    workload_identity: WorkloadIdentity | None = None
    organization: str = ""
    project: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    publishes: bool = False
    releases: str = ""
    retire_after: float = DAY
    ledger: str = field(default="", repr=False)
    address_variables: tuple[str, ...] = ()
    origin: Position | None = None


IGNORE, WARN, REFUSE = UNDECLARED = ("ignore", "warn", "refuse")
"""The values of the setting `guards.undeclared` of a Stack."""


@frozen
class Guards:
    """The limits of a plan.

    At most `max_delete_percent` of our live objects may be deleted in one run; the limit does not
    count below 5 deletions. `undeclared` says what happens where undeclared values have moved. At most
    `max_reads` requests are sent to find the stores that hold a file which would be deleted.
    """

    max_delete_percent: int = 30
    undeclared: str = WARN
    max_reads: int = 1000


@frozen
class Stack:
    """One manifest folder, with its environment and target already chosen.

    `root` is the folder; every path in a manifest is relative to its manifest and stays inside.
    `home` is the folder to which the places of its target and its ledger are relative: `root`, but
    for a proposal, whose places are those of the branch that it goes to. `ledger` says where the ledger is, empty for the default: see `provisioner.ledger.location`.
    """

    name: str
    id: str
    root: Path
    environment: str
    target: Target
    guards: Guards = Guards()
    file_names: str = "plain"
    ledger: str = field(default="", repr=False)
    origin: Position | None = None
    places: Path | None = None

    @property
    def home(self) -> Path:
        return self.places or self.root

    @property
    def owner(self) -> Owner:
        return Owner(self.id or self.name, self.environment or "default")
