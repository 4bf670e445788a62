"""The kind Skill: a folder of instructions and files that agents use. Its SKILL.md describes it.

Skills have no metadata. The mark is after the description in the front matter of the SKILL.md that
is uploaded; the local file stays unchanged. A skill cannot be updated: changed files become its
next version, which is then the default version.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.kinds.front_matter import FENCED, description_of, redescribed, spelled_as, words_of
from provisioner.model.binding import Binding, FieldBehaviour, Ids, NormalForm, Versions
from provisioner.model.codes import kinds as kind_codes
from provisioner.model.codes import manifests as manifest_codes
from provisioner.model.contents import content_of
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.kind import Kind, Problem
from provisioner.model.mark import Mark
from provisioner.model.mark_location import MarkLocation, beside, mark_in, marked, unmarked
from provisioner.model.provider import Body, Row
from provisioner.model.value import Content, Spec

NAME: Final = "skill"
MANIFEST: Final = "SKILL.md"
MOST_FILES: Final = 500
"""The most files of a skill."""
LONGEST_NAME: Final = 64
"""The most characters of a name."""
LONGEST: Final = 1024
"""The most characters of a description that the API accepts."""
LONGEST_DESCRIPTION: Final = 512
"""The most characters of a description in a manifest: half of `LONGEST`, because the mark needs the
rest.
"""
ROOM: Final = 380
"""The number of characters that the mark's digests may always use, however long the description is."""
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of a folder that is declared as a skill."""
    files = spec.get("path")
    if not isinstance(files, Mapping):
        return
    manifests = [path for path in files if path.rpartition("/")[2].lower() == MANIFEST.lower()]
    # The platform refuses a skill without exactly one such file, whatever the case of its name.
    if manifests != [MANIFEST]:
        found = ", ".join(f"`{path}`" for path in manifests) or "none"
        detail = f"A skill has exactly one SKILL.md, at the top of its folder. Found: {found}."
        yield Problem(("path",), kind_codes.NOT_ONE_SKILL_FILE, detail)
    elif len(files) > MOST_FILES:
        detail = f"The folder has {len(files)} files; a skill has at most {MOST_FILES}."
        yield Problem(("path",), kind_codes.TOO_MANY_SKILL_FILES, detail)
    else:
        yield from _front_matter_problems(files[MANIFEST])


def _no_words(content: Content) -> str:
    """Return a sentence that says why a SKILL.md has no usable name and description."""
    if FENCED.match(content.text):
        return (
            f"`{content.path}`: the text between its two lines of `---` is not a YAML mapping."
            " Write `name: …` and `description: …` there, each on its own line. A text that"
            " contains `: ` needs quotes."
        )
    return (
        f"`{content.path}` must begin with YAML between two lines of `---`, with a `name`"
        " and a `description`."
    )


def _front_matter_problems(content: Any) -> Iterator[Problem]:
    """Yield the problems of the Content of a SKILL.md. Any other value has none."""
    if not isinstance(content, Content):
        return
    if "\ufffd" in content.text:
        yield Problem(("path",), manifest_codes.NOT_UTF8, f"`{content.path}`: save it as UTF-8.")
        return
    # A file above the reading limit has no text here, so its front matter cannot be checked.
    if content.size and not content.text:
        detail = f"`{content.path}` has {content.size:,} bytes. Move long texts into other files of the skill."
        yield Problem(("path",), kind_codes.SKILL_FILE_TOO_LARGE, detail)
        return
    words = words_of(content.text)
    if words is None:
        yield Problem(("path",), kind_codes.NO_FRONT_MATTER, _no_words(content))
        return
    name, said = words.get("name"), words.get("description")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        detail = f"`{content.path}`: `name` must be 1 to 64 lower-case letters, digits and single dashes."
        yield Problem(("path",), kind_codes.SKILL_WITHOUT_NAME, detail)
    if not isinstance(said, str) or not 1 <= len(said.strip()) <= LONGEST_DESCRIPTION:
        detail = (
            f"`{content.path}`: `description` must have 1 to {LONGEST_DESCRIPTION} characters, because"
            " our mark is added after it."
        )
        yield Problem(("path",), kind_codes.SKILL_WITHOUT_DESCRIPTION, detail)
    # This SKILL.md was copied from a live skill, where the mark was added to its description.
    elif mark_in(said, NAME):
        detail = f"`{content.path}`: the description contains a mark of this program. Remove `[provisioner …]`."
        yield Problem(("path",), kind_codes.MARK_IN_MANIFEST, detail)


def normalise(spec: Spec) -> Spec:
    """Return the normal form of a skill's spec: the files of the folder, by their path in it."""
    return {"files": spec["path"]} if "path" in spec else {}


def to_wire(spec: Spec, _ids: Ids) -> Body:
    """Return the files to upload, by their path."""
    return {"files": dict(spec.get("files") or {})}


def from_wire(_row: Row) -> NormalForm:
    """Return an empty spec, because a list of skills contains no files."""
    return NormalForm({})


def live_name(spec: Spec) -> str:
    """Return the name in the front matter of a skill's SKILL.md, or '' if it has none."""
    content = (spec.get("files") or {}).get(MANIFEST)
    words = words_of(content.text) if isinstance(content, Content) else None
    return str((words or {}).get("name") or "")


def unpacked(archive: bytes, spec: Spec) -> Mapping[str, Content]:
    """Return the files of a live skill by path, with a SKILL.md without our mark.

    `archive` is the zip of the live version, and `spec` the desired spec. The result is empty for a
    broken zip.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
            names = [info.filename for info in bundle.infolist() if not info.is_dir()]
            data = {name: bundle.read(name) for name in names}
    # These bytes come from the server: a broken archive of one skill must not end the whole run.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        return {}
    # The archive has one folder at its top, because the upload has one. A plain zip has none. A
    # SKILL.md deeper inside is a file like any other.
    top = min((n for n in names if n.endswith(MANIFEST)), key=len, default=MANIFEST)
    top = top.removesuffix(MANIFEST)
    inside = {name.removeprefix(top): content for name, content in data.items()}
    if MANIFEST in inside:
        ours = (spec.get("files") or {}).get(MANIFEST)
        inside[MANIFEST] = _as_written(inside[MANIFEST], ours)
    return {path: content_of(path, content) for path, content in inside.items()}


def _as_written(data: bytes, ours: Any) -> bytes:
    """Return an uploaded SKILL.md without the mark that was added to its description.

    If its description is that of our local file, it is also quoted like it, so that the files
    compare as equal.
    """
    text = data.decode("utf-8-sig", "replace")
    said = unmarked(description_of(words_of(text)))
    local = ours.text if isinstance(ours, Content) else ""
    # Our upload quotes the description anew, which would make every live skill look edited.
    if local and said == description_of(words_of(local)):
        return spelled_as(text, local).encode()
    return redescribed(text, said, style=None).encode()


def _read(row: Row) -> Mark | None:
    """Return the mark in the description of a live skill, or None."""
    return mark_in(str(row.get("description") or ""), NAME)


def _write(body: Body, _spec: Spec, _others: Mapping[str, Any], mark: Mark) -> Body:
    """Return the files to upload, with the mark in the front matter of the SKILL.md."""
    files: dict[str, bytes] = dict(body.get("files") or {})
    text = files[MANIFEST].decode("utf-8-sig", "replace")
    words = words_of(text)
    if words is None:
        detail = "The skill's SKILL.md has changed since the plan was made. Plan again."
        raise ProvisionerError(
            Diagnostic(kind_codes.NO_FRONT_MATTER, detail, subject=str(mark.address))
        )
    files[MANIFEST] = redescribed(text, marked(description_of(words), mark, LONGEST)).encode()
    # The SDK uploads a folder as files below one folder, so these paths have one too.
    return {"files": [(f"{words.get('name')}/{path}", data) for path, data in files.items()]}


def _excess(spec: Spec, mark: Mark) -> int:
    """Return the number of characters by which description and mark together exceed the API's limit.

    It is zero or negative if they fit.
    """
    content = (spec.get("files") or {}).get(MANIFEST)
    words = words_of(content.text) if isinstance(content, Content) else None
    return len(beside(description_of(words), mark)) - LONGEST


KIND: Final = Kind(
    name=NAME,
    title="Skill",
    summary=(
        "A folder with a SKILL.md and further files for agents. Skills have no metadata: the "
        "mark is in the front matter that is uploaded."
    ),
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["path"],
        "properties": {
            "path": {
                "type": "string",
                "minLength": 1,
                "description": (
                    "The folder, relative to this manifest: one `SKILL.md` with `name` and"
                    " `description` in its front matter, and at most 499 files beside it."
                ),
            }
        },
        "x-hints": {
            "name": "Write the name into the front matter of the SKILL.md.",
            "description": "Write the description into the front matter of the SKILL.md.",
            "lifecycle": "Skills have no metadata, so no protection can be recorded on them.",
            "metadata": "The API stores no metadata for a skill. Leave it out.",
        },
        "examples": [{"path": "skills/refunds"}],
    },
    normalise=normalise,
    check=check,
    split=frozenset({"files"}),
    keyed=(("files",),),
    contents={"path": "folder"},
    bindings={
        "agents": Binding(
            collection="skills",
            to_wire=to_wire,
            from_wire=from_wire,
            live_name=live_name,
            fields=FieldBehaviour(not_echoed=frozenset({"files"})),
            mark_location=MarkLocation(_read, _write, lambda _spec, _mark: ROOM, _excess),
            versions=Versions("skills/versions", "skills/content", unpacked, "skill_id"),
        )
    },
)
