"""Defines Conversation: the protocol by which a runtime's live assistants are asked and loaded.

Each runtime implements it. `ask`, `load` and `show --as` use only this protocol, so they work on
every runtime.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, TypeAlias

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.provider import Provider, Row
from provisioner.model.value import Spec

Tell: TypeAlias = Callable[[str], None]
"""A function that shows the user one line about the progress."""


@frozen
class Question:
    """A question to an assistant, with the options of the run that answers it.

    `thread` is the id of the thread, response, conversation or session that the question continues,
    '' for a new one. `tool_outputs` has the output of each function, as a JSON text by the
    function's name. `steps` asks for the steps of the run. `save_files` is the folder in which
    files that the run makes are saved; if it is None, they stay on the server.
    """

    text: str
    thread: str = ""
    keep_thread: bool = False
    tool_outputs: Mapping[str, str] = field(default_factory=dict)
    steps: bool = False
    save_files: Path | None = None

    @property
    def keeps_thread(self) -> bool:
        """True if the thread is not deleted afterwards: it existed before, or `keep_thread` is set."""
        return bool(self.thread) or self.keep_thread


@frozen
class Call:
    """A call of a function during a run. `arguments` and `output` are JSON texts.

    `output` is None if the run ended before the call was answered.
    """

    id: str
    name: str
    arguments: str
    output: str | None = None


@frozen
class MadeFile:
    """A file that a run made.

    `path` is the local path where it was saved, None if it was not saved.
    """

    file_id: str
    name: str
    path: Path | None = None


@frozen
class Answer:
    """The result of one run of an assistant.

    `why` is the reason if the run did not complete, else ''. `citations` are names of files.
    `usage` has the numbers of tokens under the names that the Assistants API uses, such as
    `total_tokens`.
    """

    address: Address
    assistant_id: str
    thread_id: str
    thread_kept: bool
    run_id: str
    status: str
    text: str
    why: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    citations: tuple[str, ...] = ()
    steps: tuple[Row, ...] = ()
    files: tuple[MadeFile, ...] = ()

    @property
    def completed(self) -> bool:
        return self.status == "completed"

    @property
    def tokens(self) -> int | None:
        """The number of tokens that the run read and wrote, None if the server did not report it.

        Only the Assistants API reports a total. For other APIs it is the sum of the two reported
        numbers.
        """
        total = self.usage.get("total_tokens")
        if isinstance(total, int):
            return total
        # `--max-tokens` of `test` counts these too, so that it holds on runtimes without a total.
        both = [self.usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
        counts = [one for one in both if isinstance(one, int)]
        return sum(counts) if any(counts) else None


@frozen
class AppliedAssistant:
    """One live assistant, and the provider of its target.

    `row` is the live object as the server returned it, `spec` the same in normal form. `settings` are
    the per-run fields, which the object itself cannot store.

    `id_of` returns the remote id of an address. It raises ProvisionerError for an address that has
    no live object. `row` may name environment variables in place of tokens: `token` takes the label
    of the tool and the name of the variable, and returns the value to send.
    """

    address: Address
    row: Row
    spec: Spec
    settings: Spec
    provider: Provider
    id_of: Callable[[Address], str]
    token: Callable[[str, str], Any]

    @property
    def id(self) -> str:
        return str(self.row["id"])


@frozen
class Asking:
    """A question, with the functions and limits that a Conversation needs to ask it.

    `about` is the metadata for every object that is made for the question; it names the owner. A
    run is cancelled after `timeout` seconds. If the answer to a create is lost, the object is
    searched for during `settle` seconds, because a second create could make it twice. `save` writes
    the bytes of a file to disk; it is None if files are not saved.
    """

    question: Question
    about: Mapping[str, str]
    timeout: float
    settle: float
    tell: Tell
    save: Callable[[MadeFile, bytes], MadeFile] | None = None


@frozen
class Request:
    """One HTTP request in ready code: its path below the root of the API, its headers and its body."""

    path: str
    headers: tuple[str, ...]
    body: Mapping[str, Any]


@frozen
class ReadyCode:
    """A template of code that asks an assistant with the official SDK, or with curl.

    `method` is the method of the SDK. `given` is the last argument of its call, such as
    `input=question`. `program` is a Python program in which `{call}` is the place of the call; it
    has the question in the variable `question`. `imports` are the modules of the standard library
    that the program needs. `in_application` is the call as an application contains it, with `{}` in
    the place of the parameters. `request` returns one HTTP request from the parameters and the
    question; if an API would return before the answer is complete, the request asks for a stream,
    which ends with the answer.
    """

    method: str
    given: str
    program: str
    in_application: str
    request: Callable[[Mapping[str, Any], str], Request]
    imports: tuple[str, ...] = ()


def _by_id(row: Row) -> str:
    return str(row["id"])


@frozen
class Conversation:
    """The functions with which an application, and `ask`, use the assistants of one runtime.

    The functions must raise only ProvisionerError, must write files only with `Asking.save`, and
    must not change anything that existed before the question.
    """

    noun: str
    """The plural noun for what produces answers on this runtime: runs, releases or sessions."""

    loads: str
    """The name of the method of a loaded assistant that returns the parameters, such as `run_params`.
    """

    call: str
    """A line of Python that shows how the method in `loads` is used."""

    parameters: Callable[[AppliedAssistant], dict[str, Any]]
    """Returns the arguments of the SDK's call, without the question.

    The dict must be new and ready to be sent: it has live ids instead of addresses, and the values
    of `token` instead of variables. The function may read the objects to which the assistant
    refers.
    """

    prints: Callable[[frozenset[str]], bool]
    """Returns true if the result of `parameters` contains a value of one of the given tracked fields.

    They are given by their `tracked_key`, and have sensitive values. If the function returns true,
    ready code is refused, because it would print such a value.
    """

    ask: Callable[[AppliedAssistant, Asking], Answer] | None = None
    """Sends one question, waits until the run has ended, and returns the answer.

    After `timeout` seconds it must cancel the run and say so in `why`. It must delete every object
    that it made for the question, even after an error or Ctrl-C, unless the question keeps them. It
    must report with `tell` each object that could not be deleted. If a function has no output, it
    must name the function in `why`, and must not invent an output. It also returns an Answer for a
    run that did not complete.
    """

    code: ReadyCode | None = None
    """The template of ready code.

    If it is None, `show --as` is refused before the first request.
    """

    beside: frozenset[str] = frozenset()
    """The parameters for which some allowed versions of the SDK have no argument.

    They are passed in `extra_body`, which every version sends unchanged.
    """

    described: Callable[[Row], str] = _by_id
    """Returns the name of a live object, for the comment above ready code."""

    def arguments(self, assistant: AppliedAssistant) -> dict[str, Any]:
        """Return the parameters as arguments that every allowed version of the SDK accepts."""
        # `parameters` must return a new dict, so it may be changed here.
        params = self.parameters(assistant)
        beside = {name: params.pop(name) for name in [*params] if name in self.beside}
        return {**params, **({"extra_body": beside} if beside else {})}
