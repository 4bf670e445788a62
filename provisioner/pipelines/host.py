"""A host runs pipelines, and keeps the changes that people propose to a repository.

A *proposal* is a pull request of GitHub and a merge request of GitLab. Everything that does not depend
on the host is decided outside of this room, by `verbs.ci`, from the values that a Host returns.

A new host is a file that ends in `HOST = HostKind(…)`, and a line in `provisioner.pipelines`.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Protocol, TypeAlias

from provisioner.model.frozen import frozen
from provisioner.model.host_api import Connect


@frozen
class Proposal:
    """A change that somebody proposes: a pull request or a merge request.

    `name` is how people of the host write it (`#12`, `!12`), and `number` what the API calls it. `head`
    is the newest commit that is proposed, `base` the branch that it is to be merged into. `ref` is
    the name under which git fetches the commit that merges `head` into `base`. `is_foreign` is true
    of a proposal from another repository, whose authors may not see a secret.
    """

    number: int
    name: str
    head: str
    base: str
    ref: str
    is_foreign: bool = False


@frozen
class Proposed:
    """These proposals are new, or have new commits: they are to be planned."""

    proposals: tuple[Proposal, ...]


@frozen
class Landed:
    """`commit` was pushed to the default branch, which is `branch`, and is checked out.

    `is_again` is true of a job that somebody has started again. `before` is the newest commit of the
    branch before the push, '' if it is not known.
    """

    commit: str
    branch: str
    is_again: bool = False
    before: str = ""


@frozen
class Nightly:
    """A schedule started this pipeline: the live side is to be compared with the manifests."""


@frozen
class Nothing:
    """Nothing is to be done. `why` is a sentence for the log with the reason."""

    why: str


class Readiness(Enum):
    """The state of the merge that the host tries for every proposal."""

    READY = "ready"
    CONFLICTS = "conflicts"
    MOVED = "moved"
    """The proposal has a newer head, or is closed: another event reports that."""
    UNKNOWN = "unknown"
    """The host has not tried the merge yet."""


Event: TypeAlias = Proposed | Landed | Nightly | Nothing
"""The events for which a pipeline may run. `Host.event` returns one of them."""


@frozen
class Approval:
    """Somebody who may write to the repository has approved a proposal at `commit`.

    `at` is the host's time of the approval, in seconds since 1970.
    """

    by: str
    commit: str
    at: float


@frozen
class Reviews:
    """The reviews of a proposal that stand: nobody has dismissed or replaced them.

    `objections` are the names of those who may write and have asked for changes.
    """

    approvals: tuple[Approval, ...] = ()
    objections: tuple[str, ...] = ()


@frozen
class Record:
    """The digest of the plan that a pipeline of the default branch made of a proposal at `commit`.

    `at` is the host's time of the record, in seconds since 1970.
    """

    digest: str
    commit: str
    at: float


@frozen
class Note:
    """A comment or an issue that this pipeline's own user wrote."""

    id: str
    text: str


class Host(Protocol):
    """The host of a pipeline: `verbs.ci` asks it for facts, and gives it texts to publish.

    - It must take the event and every setting from the environment that it was made with, and must
      not read a file of a proposal.
    - It must take reviews, records and authors from the host's API, never from a text that somebody
      can write.
    - It must send its token to the host's API alone. It sends every request through the `HostApi` that
      it was given.
    - It may raise ProviderError from every method that asks the API, and UsageError from `event`.
    - It must not decide what is planned, applied or refused.
    """

    @property
    def findings(self) -> str:
        """The output format in which this host takes findings at their lines: see `render.formats`."""

    @property
    def most_bytes(self) -> int:
        """The largest number of bytes that a comment or the text of an issue may have."""

    def event(self) -> Event:
        """Return what has happened. Raises UsageError for an event that a pipeline must not run at."""

    def readiness(self, proposal: Proposal) -> Readiness:
        """Return READY if `Proposal.ref` names the merge of `Proposal.head`, else the reason.

        The method may ask the host to try the merge.
        """

    def earlier(self) -> Sequence[str]:
        """Return names of pipelines for earlier commits of the default branch that have not ended."""

    def newest(self, branch: str) -> str:
        """Return the newest commit of a branch."""

    def proposal_of(self, commit: str) -> Proposal | None:
        """Return the proposal whose merge made `commit`, None if there is none.

        Its `head` must be the newest commit that was proposed.
        """

    def reviews(self, proposal: Proposal) -> Reviews:
        """Return the reviews that stand. An approval by somebody who may not write must be left out."""

    def record(self, proposal: Proposal, key: str, digest: str) -> None:
        """Store a digest in a place where only pipelines of the default branch can write.

        `key` names the folder of manifests and the environment, with letters, digits and `-`.
        """

    def records(self, proposal: Proposal, key: str, commits: Sequence[str]) -> Sequence[Record]:
        """Return the records of a proposal at these commits.

        A record must be left out unless the host vouches that a pipeline of the default branch wrote it.
        """

    def comments(self, proposal: Proposal) -> Sequence[Note]:
        """Return the comments of our own user, oldest first. Those of others must be left out."""

    def write_comment(self, proposal: Proposal, text: str, id: str = "") -> None:
        """Write Markdown as a new comment, or in place of our comment `id`."""

    def issues(self) -> Sequence[Note]:
        """Return the open issues of our own user, oldest first. Those of others must be left out."""

    def write_issue(self, title: str, text: str, id: str = "") -> None:
        """Open an issue, or give our issue `id` this title and text."""

    def close_issue(self, id: str, text: str) -> None:
        """Give our issue `id` this text, and close it."""

    def summarise(self, text: str) -> None:
        """Add Markdown to the page of this pipeline's job, if the host has one."""

    def publish_findings(self, text: str) -> str:
        """Publish findings in the format `findings`. Returns what has to be printed for that."""

    def grouped(self, title: str, text: str) -> str:
        """Return `text` as a group of the job's log, in which no line can command the host."""

    def brackets(self, title: str) -> tuple[str, str]:
        """Return the beginning and the end of a group, for text that is printed line by line.

        The text between them must hold no control characters.
        """


@frozen
class Setup:
    """The settings of a new pipeline.

    `folder` is the folder of manifests as the repository names it, `branch` the default branch, and
    `action` the place from which the host takes this program (`OWNER/REPOSITORY@COMMIT`). Each of the
    `environments` gets a job. The jobs are `keyless` where targets have a workload identity. The
    nightly job begins at this `minute` of the hour.
    """

    folder: str
    branch: str
    action: str
    environments: tuple[str, ...] = ()
    keyless: bool = False
    minute: int = 17


@frozen
class HostKind:
    """One row of the table of hosts. `site` is the name of its public server.

    `is_here` says from the environment of the process if this host runs it. `connect` makes the Host;
    it must raise UsageError where the environment lacks what it needs, and must send nothing. `setup`
    returns the text of each file that `init --ci` writes, by its path in the repository.
    """

    name: str
    title: str
    site: str
    is_here: Callable[[Mapping[str, str]], bool]
    connect: Callable[[Mapping[str, str], Connect], Host]
    setup: Callable[[Setup], Mapping[str, str]]
