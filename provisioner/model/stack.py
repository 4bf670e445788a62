"""Defines Stack: the owner of the manifests, with the chosen target and the guards."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

from provisioner.model.diagnostic import Position
from provisioner.model.frozen import frozen
from provisioner.model.mark import Owner

DAY = 86400.0
"""The number of seconds in a day."""


def is_openai(url: str) -> bool:
    """Return true if a URL is OpenAI's own API in any region, with no proxy in between."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # With the dot in front, a host such as `evil-api.openai.com` does not match.
    return parts.scheme == "https" and f".{parts.hostname}".endswith(".api.openai.com")


def web_address(url: str) -> str:
    """Return `url` in normal form: lower-case scheme and host, no doubled slash, no slash at the end.

    Raises ValueError for a URL that is not allowed. The message contains no part of `url`, because
    a URL may contain a password before an @.
    """
    try:
        parts = urlsplit(url.strip())
        # `port` raises ValueError for a port that is no number.
        port = parts.port
    except ValueError:
        # `from None`: a traceback with the first error would print the URL, and a password in it.
        raise ValueError("it is no web address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it is no web address")
    # `urlsplit` takes an empty query or fragment away, so the last character is looked at too.
    said = {
        "a user or a password": parts.username is not None,
        "a query (?…)": bool(parts.query) or url.rstrip().endswith("?"),
        "a fragment (#…)": bool(parts.fragment) or url.rstrip().endswith("#"),
    }
    if found := [what for what, there in said.items() if there]:
        raise ValueError(f"it holds {' and '.join(found)}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    # Two spellings of one address must be equal, because the address is part of the settings of a
    # saved plan.
    path = "/".join(filter(None, parts.path.split("/")))
    place = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{place}/{path}".rstrip("/")


@frozen
class WorkloadIdentity:
    """A machine's own identity, with which it gets access in place of an API key.

    `provider` is the service that issues the machine's token: `github`, `kubernetes`, `azure` or
    `gcp`. `audience` is the audience of the token. `token_file` is the file in which Kubernetes
    mounts the token. `client_id` selects one of several identities on Azure. If `audience`,
    `token_file` or `client_id` is '', the provider's default is used.
    """

    provider: str
    identity_provider_id: str
    service_account_id: str
    audience: str = ""
    token_file: str = ""
    client_id: str = ""


@frozen
class Target:
    """A runtime with its configuration and a name, as the Stack declares it.

    `server` is `embedded`, `foundry` or ''. `data` is the file in which the embedded server keeps
    its database. `api_version` is the version that is requested of Foundry. `api_key_env` is the
    name of an environment variable, never a key. Settings that are '' are taken from the
    environment, as the SDK takes them. A target that `publishes` has a release registry at `releases`, a
    folder or a URL. `retire_after` is in seconds. `ledger` is the place of the ledger for this
    target, '' if the target does not set it. `address_variables` are the names of the variables in
    `base_url`.
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
    """The limits that a plan must not exceed.

    One run may delete at most `max_delete_percent` of our live objects; fewer than 5 deletions are
    always allowed. `undeclared` says what to do if undeclared values have changed. At most
    `max_reads` requests are sent to find the stores that contain a file that is to be deleted.
    """

    max_delete_percent: int = 30
    undeclared: str = WARN
    max_reads: int = 1000


@frozen
class Stack:
    """The Stack of a manifest folder, with the environment and the target that this run uses.

    `root` is the manifest folder. `places` is the folder to which the paths of the target and of
    the ledger are relative, None if it is `root`. It differs only for a proposal in a pipeline:
    there it is the folder of the branch into which the proposal is to be merged. `ledger` is the
    place of the ledger, '' for the default: see `provisioner.ledger.location`. `file_names` is
    `plain` or `marked`; marked names of uploads contain the owner.
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
        """The folder to which the paths of the target and of the ledger are relative."""
        return self.places or self.root

    @property
    def owner(self) -> Owner:
        return Owner(self.id or self.name, self.environment or "default")
