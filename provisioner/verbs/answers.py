"""What came of a run: its text, its sources, the files that it made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProviderError, ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.provider import Provider, Row
from provisioner.verbs.shapes import mapping, mappings, words_or_json

ARTIFACTS = "agents/sessions/artifacts"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 100


@frozen
class Call:
    """A function call. `arguments` and `output` are JSON texts; None: it was not answered."""

    id: str
    name: str
    arguments: str
    output: str | None = None


@frozen
class Made:
    """A file that the run made. `path` is where it was saved, if it was."""

    file_id: str
    name: str
    path: Path | None = None


@frozen
class Answer:
    """How a run ended. `why` is a sentence where it did not complete; `citations` are file names."""

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
    files: tuple[Made, ...] = ()

    @property
    def completed(self) -> bool:
        return self.status == "completed"


def text_of(message: Row) -> str:
    """What a message says. A part that nobody understands is shown as JSON: no answer is lost."""
    content = message.get("content")
    if not isinstance(content, list):
        return words_or_json(content)
    return "\n".join(filter(None, map(_text_of_part, content)))


def _text_of_part(part: Any) -> str:
    if isinstance(part, Mapping) and ({"image_file", "image_url"} & part.keys()):
        return ""
    if isinstance(part, Mapping) and "text" in part:
        text = part["text"]
        empty = isinstance(text, Mapping) and text.get("value") in ("", None) and "value" in text
        return "" if empty else words_or_json(text)
    return words_or_json(part)


def citations(messages: Sequence[Row], provider: Provider) -> tuple[str, ...]:
    """The names of the files that were cited, each once; an id where the file is gone."""
    ids = [
        str(cited.get("file_id"))
        for annotation in _annotations(messages)
        if (cited := mapping(annotation.get("file_citation")))
    ]
    return tuple(dict.fromkeys(_file_name(id, provider) for id in dict.fromkeys(ids)))


def made_files(messages: Sequence[Row], provider: Provider) -> tuple[Made, ...]:
    """The files that the code interpreter made and the messages point to."""
    found: dict[str, str] = {}
    for annotation in _annotations(messages):
        if path := mapping(annotation.get("file_path")):
            found[str(path.get("file_id"))] = str(annotation.get("text") or "")
    for message in messages:
        for part in _parts(message):
            if image := mapping(part.get("image_file")):
                found.setdefault(str(image.get("file_id")), "")
    return tuple(
        Made(id, safe_name(text) or safe_name(_file_name(id, provider)) or safe_name(id) or "file")
        for id, text in found.items()
    )


def save(file: Made, folder: Path, provider: Provider, within: str = "") -> Made:
    """Write it into `folder`, beside what is there already. Raises ProvisionerError.

    `within` is the session that published it, where one did.
    """
    collection = ARTIFACTS if within else "files"
    content = provider.content(file.file_id, collection, within)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return replace(file, path=_written(folder, file.name, content))
    except OSError as error:
        raise ProvisionerError(
            Diagnostic(codes.FILE_NOT_SAVED, f"{folder / file.name}: {error.strerror}.")
        ) from error


def safe_name(path: str) -> str:
    """The last part of a path that a server named, as a file name that leads nowhere else."""
    name = _UNSAFE.sub("_", re.split(r"[/\\]", path)[-1]).lstrip("._-")
    suffix = Path(name).suffix
    if len(name) <= LONGEST_NAME or len(suffix) > LONGEST_NAME // 2:
        return name[:LONGEST_NAME]
    return name[: LONGEST_NAME - len(suffix)] + suffix


def _written(folder: Path, name: str, content: bytes) -> Path:
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 0
    while True:
        path = folder / (f"{stem}-{number}{suffix}" if number else name)
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            number += 1
        else:
            return path


def _parts(message: Row) -> list[Mapping[str, Any]]:
    return mappings(message.get("content"))


def _annotations(messages: Sequence[Row]) -> Iterator[Mapping[str, Any]]:
    for message in messages:
        for part in _parts(message):
            for text in mappings(part.get("text")):
                yield from mappings(text.get("annotations"))


def _file_name(id: str, provider: Provider) -> str:
    try:
        return str(provider.get("files", id).get("filename") or id)
    except ProviderError:
        return id
