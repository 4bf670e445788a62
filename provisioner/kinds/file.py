"""The kind File: one local file, which is uploaded when another resource refers to it."""

from provisioner.model.kind import Kind

KIND = Kind(
    name="file",
    title="File",
    summary=(
        "A local file to which code interpreters and vector stores refer by name. It is uploaded "
        "only if a resource refers to it, and only once for all of them."
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
            "glob": "A File is one file. Write a glob into `files` of a VectorStore.",
            "lifecycle": "Files have no metadata, so no protection can be recorded on them.",
            "metadata": "The API stores no metadata for a file. Remove it.",
            "purpose": "Remove it: files are always uploaded with the purpose `assistants`.",
        },
        "examples": [{"path": "knowledge/rates.csv"}],
    },
    # The API cannot change an upload, so another content needs a new upload.
    immutable=frozenset({"content"}),
    split=frozenset(),
    contents={"path": "document"},
    is_file=True,
)
