"""The JSON Schema of an EnvironmentTemplate's fields."""

from collections.abc import Mapping
from typing import Final

from provisioner.kinds.shared import Schema, boolean, choice, object_, text, texts

LONGEST_NAME: Final = 100
"""The most characters of a name in a manifest. The API allows 256; the others are for the mark."""

_DOMAINS: Final[Schema] = {
    "type": "array",
    # The API takes exact hosts only: no wildcard, no scheme and no port.
    "items": {"type": "string", "pattern": r"^[A-Za-z0-9.-]+$"},
    "maxItems": 100,
    "uniqueItems": True,
}

PROPERTIES: Final[Mapping[str, Schema]] = {
    "name": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_NAME,
        # The mark stands in brackets at the end, and must not be mistaken for a part of the name.
        "pattern": r"^[^\[\]]*$",
        "description": (
            "The live name: at most 100 characters, without brackets. Our mark is added after "
            "it in brackets. Default: `metadata.name`."
        ),
    },
    "network": object_(
        "The network access of a session.",
        ("access",),
        access=choice(
            "`enabled` allows all hosts, `disabled` none, and `restricted` some domains.",
            "enabled",
            "disabled",
            "restricted",
        ),
        allowed_domains={
            **_DOMAINS,
            "description": "With `access: restricted`: the only hosts that may be reached.",
        },
        blocked_domains={
            **_DOMAINS,
            "description": "With `access: restricted`: the hosts that may not be reached. All "
            "others may.",
        },
    ),
    "packages": object_(
        "The packages that are installed in the container.",
        python=texts("Python packages."),
        npm=texts("npm packages, globally."),
        system=texts("System packages."),
    ),
    "env": {
        "type": "object",
        "description": (
            "Environment variables that are not secret, because the session can read them. For "
            "secrets use `kind: Credential` of `type: environment_variable`."
        ),
        "propertyNames": {"pattern": r"^[A-Za-z_][A-Za-z0-9_]*$"},
        "additionalProperties": {"type": "string"},
    },
    "files": {
        "type": "array",
        "description": "Files that exist when the session starts: at most 50, of 5 MB each.",
        "maxItems": 50,
        "items": object_(
            "One file.",
            ("path", "source"),
            path=text("The path in the session, below `/workspace/`."),
            source=text("The local file, relative to this manifest."),
        ),
    },
    "skills": {
        "type": "array",
        "description": "Skills that the agent may use.",
        "items": object_(
            "One skill.",
            skill=text("The name of a `kind: Skill`."),
            skill_id=text(
                "The id of a skill that is not managed here. Write it instead of `skill`."
            ),
            version=text(
                "The number of a version, or `latest`. Default: the skill's default version."
            ),
        ),
    },
    "plugins": {
        "type": "array",
        "description": "Plugins, as ZIP archives: at most 32.",
        "maxItems": 32,
        "items": object_(
            "One plugin.",
            ("name", "description", "path"),
            name=text("The name of the plugin, which must equal the one in its `plugin.json`."),
            description=text(
                "The description of the plugin, which must equal the one in its `plugin.json`."
            ),
            path=text("The archive, relative to this manifest."),
        ),
    },
    "setup_commands": {
        "type": "array",
        "description": "Commands that run before the agent starts: at most 16.",
        "maxItems": 16,
        "items": {
            **object_(
                "One command: a text, or an object with the text and its working folder.",
                ("command",),
                command=text("The shell command."),
                cwd={
                    **text("The working folder of the command. Default `/workspace`."),
                    "pattern": "^/",
                },
            ),
            "type": ["string", "object"],
        },
    },
    "desktop": object_(
        "A desktop with a browser in the container.",
        ("enabled",),
        enabled=boolean("If true, there is a desktop. Default false."),
    ),
    "capability_directories": texts("Folders in the container that contain skills and plugins."),
}
