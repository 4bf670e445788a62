"""Replace the names of local files in a spec by the content of these files."""

from pathlib import PurePosixPath
from typing import Any, Final

from provisioner.model.codes import manifests as codes
from provisioner.model.frozen import frozen
from provisioner.model.value import Sensitive
from provisioner.source import keys
from provisioner.source.contents import Contents
from provisioner.source.draft import Draft
from provisioner.source.locations import Unusable
from provisioner.source.manifest import Place
from provisioner.source.parts import Parts
from provisioner.source.variables import Variables

# The forms of content that `Read` loads. What it reads becomes a part of the spec itself.
TEXTS: Final = frozenset({"text", "json", "json_schema"})
# The forms of content that `Load` loads. Their bytes are sent in a request of their own.
LOADED: Final = frozenset({"content", "folder"})
_FORMAT_KEYS: Final = {"name", "description", "schema", "strict"}
FREE_TEXT: Final = (
    "Plans show names, types and paths, so a sensitive variable is allowed in free text only. Use a"
    " variable that is not sensitive."
)


@frozen
class Read:
    """Replaces `{file: PATH}`, and `{parts: […]}` of a text, by the content of the files.

    `form` is the form of content that the schema expects there: `text`, `json` or `json_schema`. It
    is called with each value that may name a file, and its place in the spec.
    """

    draft: Draft
    contents: Contents
    form: str
    variables: Variables

    def __call__(self, value: Any, place: Place) -> Any:
        if self.form == "text" and isinstance(value, dict) and isinstance(value.get("parts"), list):
            return Parts(self.draft, self.contents, self.variables).text(value["parts"], place)
        path = value.get(keys.FILE) if isinstance(value, dict) else None
        # Only a `json_schema` may have other fields beside `file`. Elsewhere `file` is then a key
        # of the value itself.
        if not isinstance(path, str) or (self.form != "json_schema" and len(value) > 1):
            return value
        manifest, whole = self.draft.origin((*place, keys.FILE))
        try:
            if self.form == "text":
                content: Any = self.contents.text(manifest, whole, path)
            else:
                content = self.contents.json(manifest, whole, path)
        except Unusable:
            self.draft.spoil(place)
            return value
        self.draft.files[place] = path
        if self.form != "json_schema":
            return content
        beside = {key: item for key, item in value.items() if key != keys.FILE}
        return {**from_file(path, content), **beside}


@frozen
class Load:
    """Replaces the path of a file or folder by its Content: digest, size and readable text.

    `form` is `content` for a file and `folder` for a folder.
    """

    draft: Draft
    contents: Contents
    form: str

    def __call__(self, value: Any, place: Place) -> Any:
        if isinstance(value, Sensitive):
            self.draft.error(place, codes.SENSITIVE_NOT_ALLOWED, FREE_TEXT)
        if not isinstance(value, str) or self.draft.bad & {place[:1], place[:2]}:
            return value
        manifest, whole = self.draft.origin(place)
        load = self.contents.folder if self.form == "folder" else self.contents.content
        try:
            return load(manifest, whole, value)
        except Unusable:
            self.draft.spoil(place)
            return value


def from_file(path: str, value: Any) -> Any:
    """Return the response format that a file declares.

    The file contains either the API's object (`name`, `schema`, …) or a bare JSON Schema, which
    then gets the name of the file without its ending.
    """
    if isinstance(value, dict) and "schema" in value and value.keys() <= _FORMAT_KEYS:
        return value
    return {"name": PurePosixPath(path).stem, "schema": value}
