"""The JSON Schema of an EnvironmentTemplate, property by property."""

from collections.abc import Mapping
from typing import Final

from provisioner.kinds.shared import Schema, boolean, choice, object_, text, texts

LONGEST_NAME: Final = 100
"""Characters of a name, which leaves room for the mark behind it."""

_DOMAINS: Final[Schema] = {
    "type": "array",
    "items": {"type": "string", "pattern": r"^[A-Za-z0-9.-]+$"},
    "maxItems": 100,
    "uniqueItems": True,
}

PROPERTIES: Final[Mapping[str, Schema]] = {
    "name": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_NAME,
        "pattern": r"^[^\[\]]*$",
        "description": (
            "The live name, with our mark in brackets behind it: at most 100 characters, no"
            " brackets. Default: `metadata.name`."
        ),
    },
    "network": object_(
        "What a session may reach.",
        ("access",),
        access=choice("Everything, nothing, or some domains.", "enabled", "disabled", "restricted"),
        allowed_domains={
            **_DOMAINS,
            "description": "With `access: restricted`: the only hosts that may be reached.",
        },
        blocked_domains={
            **_DOMAINS,
            "description": "With `access: restricted`: hosts that may not be reached; all others may.",
        },
    ),
    "packages": object_(
        "What is installed.",
        python=texts("Python packages."),
        npm=texts("npm packages, globally."),
        system=texts("System packages."),
    ),
    "env": {
        "type": "object",
        "description": (
            "Environment variables that are no secrets: the session reads them. For secrets there"
            " is `kind: Credential` of `type: environment_variable`."
        ),
        "propertyNames": {"pattern": r"^[A-Za-z_][A-Za-z0-9_]*$"},
        "additionalProperties": {"type": "string"},
    },
    "files": {
        "type": "array",
        "description": "Files that are there from the start: at most 50, of 5 MB each.",
        "maxItems": 50,
        "items": object_(
            "One file.",
            ("path", "source"),
            path=text("Where it lies in the session: below `/workspace/`."),
            source=text("The local file, relative to this manifest."),
        ),
    },
    "skills": {
        "type": "array",
        "description": "Skills that the agent may use.",
        "items": object_(
            "One skill.",
            skill=text("The name of a `kind: Skill`."),
            skill_id=text("In place of `skill`: the id of one that is not ours."),
            version=text("A version's number, or `latest`. Default: the skill's default version."),
        ),
    },
    "plugins": {
        "type": "array",
        "description": "Plugins, as ZIP archives: at most 32.",
        "maxItems": 32,
        "items": object_(
            "One plugin.",
            ("name", "description", "path"),
            name=text("Its name, as its `plugin.json` has it."),
            description=text("Its description, as its `plugin.json` has it."),
            path=text("The archive, relative to this manifest."),
        ),
    },
    "setup_commands": {
        "type": "array",
        "description": "What is run before the agent starts: at most 16 commands.",
        "maxItems": 16,
        "items": {
            **object_(
                "One command: a text, or a text with its folder.",
                ("command",),
                command=text("The shell command."),
                cwd={**text("The folder to run it in. Default `/workspace`."), "pattern": "^/"},
            ),
            "type": ["string", "object"],
        },
    },
    "desktop": object_(
        "A desktop with a browser.",
        ("enabled",),
        enabled=boolean("Whether there is one. Default false."),
    ),
    "capability_directories": texts("Folders with skills and plugins of their own."),
}
