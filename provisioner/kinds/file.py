"""File: one local file, which is uploaded when something refers to it."""

from provisioner.model.kind import Kind

KIND = Kind(
    name="file",
    title="File",
    summary=(
        "A local file that code interpreters and vector stores refer to by name. It is uploaded "
        "only if something refers to it, and only once for all that do."
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
                    "The file, relative to this manifest and inside the manifest folder. At most"
                    " 512 MB, and not empty."
                ),
            }
        },
        "x-hints": {
            "glob": "A File is one file; a VectorStore takes globs in its `files`.",
            "lifecycle": "Files carry no metadata, so no protection can be recorded on them.",
            "metadata": "Files carry no metadata on the API.",
            "purpose": "Files are uploaded for assistants; nothing else can use them here.",
        },
        "examples": [{"path": "knowledge/rates.csv"}],
    },
    immutable=frozenset({"content"}),
    split=frozenset(),
    contents={"path": "document"},
    is_file=True,
)
