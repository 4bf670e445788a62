"""Uploads of skills: a folder of files or one zip, with exactly one SKILL.md.

The front matter of SKILL.md, YAML at its beginning, contains the skill's name and description.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from provisioner.emulator.core.errors import ApiError, invalid_value, missing

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Call

MANIFEST = "skill.md"
"""The file in a skill that contains its name and description, in lower case."""
MOST_FILES = 500
MOST_ZIP_BYTES = 50 * 1024 * 1024
MOST_FILE_BYTES = 25 * 1024 * 1024
LONGEST_NAME, LONGEST_DESCRIPTION = 64, 1024
FENCE = "---"
"""The line before and after the front matter of SKILL.md."""
DEEPEST = 20
"""The most levels of YAML in a front matter."""
# A fixed time in each entry makes the archives of the same files equal byte by byte.
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """An uploaded skill: the name and description from its front matter, and all its files as one zip."""

    name: str
    description: str
    archive: bytes


def bundle_of(call: Call) -> Bundle:
    """Return the skill that a request uploads.

    Raises ApiError if it breaks one of the platform's rules.
    """
    # The SDK sends a folder as several parts `files[]`, whose file names are paths, and a zip as `files`.
    folder = call.request.files.getlist("files[]")
    single = call.request.files.getlist("files")
    if not folder and not single:
        raise missing("files")
    if len(single) == 1 and not folder and (single[0].filename or "").lower().endswith(".zip"):
        archive = single[0].stream.read()
        return _named(_unzipped(archive), archive)
    parts = folder + single
    _check_count(len(parts))
    files = [(part.filename or "", part.stream.read()) for part in parts]
    return _named(files, _zipped(files))


def _check_count(count: int) -> None:
    if count > MOST_FILES:
        raise invalid_value(
            f"Invalid 'files': a skill has at most {MOST_FILES} files, but got {count}.", "files"
        )


def _unzipped(archive: bytes) -> list[tuple[str, bytes]]:
    """Return (name, content) of each file in a zip. Only the content of SKILL.md is read."""
    _check_zip(archive)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
            inside = [info for info in bundle.infolist() if not info.is_dir()]
            _check_count(len(inside))
            for info in inside:
                _check_size(info.filename, info.file_size)
            # An archive may unpack to far more bytes than it has, so no other file is unpacked.
            return [
                (info.filename, bundle.read(info) if _is_manifest(info.filename) else b"")
                for info in inside
            ]
    # The last two are raised for an unknown compression and for an encrypted file.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise invalid_value("Invalid 'files': the file is not a ZIP archive.", "files") from None


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    """Return a zip of the files. Raises ApiError if a file or the zip is too large."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in sorted(files):
            _check_size(name, len(content))
            bundle.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    _check_zip(out.getvalue())
    return out.getvalue()


def _check_zip(archive: bytes) -> None:
    if len(archive) > MOST_ZIP_BYTES:
        raise ApiError(
            f"The skill is too large: {len(archive)} bytes as a ZIP archive, "
            f"at most {MOST_ZIP_BYTES} are allowed.",
            status=413,
            param="files",
        )


def _check_size(name: str, size: int) -> None:
    if size > MOST_FILE_BYTES:
        raise invalid_value(
            f"Invalid 'files': '{name}' has {size} bytes, at most {MOST_FILE_BYTES} are allowed.",
            "files",
        )


def _named(files: list[tuple[str, bytes]], archive: bytes) -> Bundle:
    """Return the skill with the name and description from its SKILL.md.

    Raises ApiError for a path outside of the skill, and unless there is exactly one SKILL.md.
    """
    # Whoever unpacks the archive must not write a file outside of the folder of the skill.
    for name, _ in files:
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise invalid_value(f"Invalid 'files': '{name}' is no path inside the skill.", "files")
    manifests = [content for name, content in files if _is_manifest(name)]
    if len(manifests) != 1:
        raise invalid_value(
            f"Invalid 'files': a skill has exactly one SKILL.md, but got {len(manifests)}.", "files"
        )
    words = _front_matter(manifests[0])
    return Bundle(
        _word(words, "name", LONGEST_NAME),
        _word(words, "description", LONGEST_DESCRIPTION),
        archive,
    )


def _is_manifest(name: str) -> bool:
    return name.rsplit("/", maxsplit=1)[-1].lower() == MANIFEST


def _front_matter(content: bytes) -> dict[str, Any]:
    """Return the fields of the YAML front matter. Raises ApiError if there is none."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
        end = lines.index(FENCE, 1)
        text = "\n".join(lines[1:end])
        fenced = lines[0].rstrip() == FENCE and _is_shallow(text)
        words = yaml.safe_load(text) if fenced else None
    except (UnicodeDecodeError, ValueError, IndexError, yaml.YAMLError):
        words = None
    if not isinstance(words, dict):
        raise invalid_value(
            "Invalid 'files': SKILL.md has to begin with YAML front matter between '---' lines.",
            "files",
        )
    return words


def _is_shallow(text: str) -> bool:
    """Return true unless the YAML has more than DEEPEST levels, which would take very long to load."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return False
    return True


def _word(words: dict[str, Any], key: str, longest: int) -> str:
    """Return a text of the front matter. Raises ApiError unless it has 1 to `longest` characters."""
    value = words.get(key)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= longest:
        raise invalid_value(
            f"Invalid 'files': SKILL.md needs a '{key}' of 1 to {longest} characters in its "
            "front matter.",
            "files",
        )
    return value.strip()
