"""Defines codes of the checks that a kind makes beyond its JSON Schema."""

from provisioner.model.code import error, warning

LAST_MESSAGES_WITHOUT_NUMBER = error(
    "last-messages-without-number",
    "last_messages needs a number",
    "`truncation_strategy` with `type: last_messages` needs the number of messages to keep. "
    "Write `last_messages: N`.",
)
LAST_MESSAGES_WITHOUT_USE = error(
    "last-messages-without-use",
    "last_messages without its type",
    "`last_messages` is only used with `type: last_messages`. Set that type, or remove the field.",
)
FORMAT_WITHOUT_SCHEMA = error(
    "format-without-schema",
    "type and json_schema belong together",
    "`type: json_schema` needs a `json_schema`, and no other type of `response_format` accepts "
    "one. Add the schema, or remove it.",
)
SAME_TOOL_TWICE = error(
    "same-tool-twice",
    "the same tool twice",
    "A tool is identified by its type; functions, custom tools and MCP servers by their names. "
    "Two tools have the same type or name. Remove or rename one.",
)
REF_OR_FUNCTION = error(
    "ref-or-function",
    "a function tool has either ref or function",
    "`ref` names a resource of `kind: Function`, and `function` defines a function in place. "
    "Write only one of them.",
)
STORES_NAMED_TWICE = error(
    "stores-named-twice",
    "vector stores named twice",
    "`vector_store` names one store, and `vector_stores` names several. Write only one of them.",
)
FILTER_NOT_WHOLE = error(
    "filter-not-whole",
    "a filter is not whole",
    "A comparison needs `key` and `value`; `and` and `or` need `filters`. Add the missing field, "
    "or remove the one that does not belong there.",
)
MCP_IN_ONE_PLACE = error(
    "mcp-in-one-place",
    "an MCP server needs exactly one address",
    "The address of an MCP server is given by exactly one of several fields. The detail lists "
    "them. Keep one of them.",
)
OPTION_WITHOUT_PARTNER = error(
    "option-without-partner",
    "an option without the field that it needs",
    "The option only has an effect together with another field, which is not set. Set that field "
    "too, or remove the option.",
)
COMMAND_WITHOUT_FOLDER = error(
    "command-without-folder",
    "a command needs a folder",
    "The API needs the folder in which the command runs. Add `cwd`.",
)
GRAMMAR_NOT_WHOLE = error(
    "grammar-not-whole",
    "a grammar is not whole",
    "`type: grammar` needs `syntax` and `definition`; `type: text` accepts neither. Add the "
    "missing field, or remove the one that does not belong there.",
)
ALLOWED_TOOLS_NOT_WHOLE = error(
    "allowed-tools-not-whole",
    "allowed_tools is not whole",
    "`allowed_tools` needs both `tools` and `mode`. Add the one that is missing.",
)
CHOICE_WITHOUT_FUNCTION = error(
    "choice-without-function",
    "tool_choice does not say which function",
    "`tool_choice` has `type: function` without a name. Add the name of the function, or write "
    "`tool_choice: required` for any tool.",
)
CHOICE_WITHOUT_TOOL = error(
    "choice-without-tool",
    "tool_choice does not say which tool",
    "`tool_choice` must name a tool. Write the name or type as it is in the list of tools.",
)
CHOICE_NOT_ATTACHED = error(
    "choice-not-attached",
    "tool_choice names a tool that is not attached",
    "The tool that `tool_choice` names is not among the assistant's tools. Add the tool, or "
    "choose another one.",
)
NOT_A_MOMENT = error(
    "not-a-moment",
    "not a moment in time",
    "A moment needs a date, a time and a time zone, such as `2026-12-31T12:00:00Z`.",
)
NOT_A_TARGET_FIELD = error(
    "not-a-target-field",
    "not a field of this target",
    "An automation target of this type has no such field. Remove the field.",
)
SCHEDULE_NOT_WHOLE = error(
    "schedule-not-whole",
    "a schedule is not whole",
    "A schedule of this type needs another field. The detail names it. Add the field.",
)
NOT_A_SCHEDULE_FIELD = error(
    "not-a-schedule-field",
    "not a field of this schedule",
    "A schedule of this type has no such field. Remove the field.",
)
TARGET_NOT_WHOLE = error(
    "target-not-whole",
    "a target is not whole",
    "An automation target of this type needs another field. The detail names it. Add the field.",
)
CREDENTIAL_NOT_WHOLE = error(
    "credential-not-whole",
    "a credential is not whole",
    "A credential of this type needs another field. The detail names it. Add the field.",
)
NOT_A_CREDENTIAL_FIELD = error(
    "not-a-credential-field",
    "not a field of this credential",
    "A credential of this type has no such field. Remove the field.",
)
NETWORKING_NOT_WHOLE = error(
    "networking-not-whole",
    "networking is not whole",
    "`type: limited` needs `allowed_hosts`, and `type: unrestricted` does not accept it. Add or "
    "remove the hosts.",
)
REFRESH_WITHOUT_TOKEN = error(
    "refresh-without-token",
    "a refresh needs its token",
    "A credential that can be refreshed needs a refresh token. Name the environment variable "
    "that contains it.",
)
CLIENT_SECRET_UNSETTLED = error(
    "client-secret-unsettled",
    "the client's secret does not fit its method of authentication",
    "`client_secret_env` must be set if the method of authentication uses a client "
    "secret, and must not be set for other methods. Change one of the two fields.",
)
FILE_TOO_LARGE = error(
    "file-too-large",
    "a file is too large",
    "The API accepts only smaller files here. Make the file smaller, or upload the content in "
    "another way.",
)
DOMAINS_WITHOUT_RESTRICTION = error(
    "domains-without-restriction",
    "domains without a restriction",
    "Lists of domains have an effect only with `access: restricted`. Set that, or remove the "
    "lists.",
)
NOT_A_WORKSPACE_PATH = error(
    "not-a-workspace-path",
    "not a path in the workspace",
    "The path must be inside of the agent's workspace. Write a path below `/workspace`.",
)
SAME_PATH_TWICE = error(
    "same-path-twice",
    "the same path twice",
    "Two files would be written to the same path. Change one of the paths.",
)
SKILL_NAMED_TWICE = error(
    "skill-named-twice",
    "a skill is named twice",
    "An environment template has the same skill twice. Remove one of the two.",
)
RESTRICTION_NOT_WHOLE = error(
    "restriction-not-whole",
    "a restriction is not whole",
    "A restricted network needs a list of the domains that can be reached. List them under "
    "`allowed_domains`.",
)
NOT_AN_ENVIRONMENT_SETTING = error(
    "not-an-environment-setting",
    "not a setting of this environment",
    "An environment of this type has no such setting. Remove the setting.",
)
SELF_HOSTED_WITHOUT_FOLDER = error(
    "self-hosted-without-folder",
    "a self-hosted environment needs a folder",
    "A self-hosted environment needs the folder in which the agent works. Name the folder.",
)
SPACE_AROUND_NAME = error(
    "space-around-name",
    "a name begins or ends with space",
    "Servers remove spaces around a name, so the live name would always differ from the "
    "manifest. Remove the spaces.",
)
NAME_TOO_LONG = error(
    "name-too-long", "a name is too long", "The name is longer than the API accepts. Shorten it."
)
PARAMETERS_NOT_OBJECT = error(
    "parameters-not-object",
    "parameters must describe an object",
    "The arguments of a function are one JSON object, so the schema must have `type: object`. "
    "Put the arguments into the `properties` of an object.",
)
STRICT_NOT_CLOSED = error(
    "strict-not-closed",
    "a strict schema must be closed",
    "With `strict: true` every object must have `additionalProperties: false`. Add it, or set "
    "`strict: false`.",
)
STRICT_NOT_REQUIRED = error(
    "strict-not-required",
    "a strict schema must require every property",
    "With `strict: true` every property must be listed in `required`. To make a property "
    "optional, allow null as its value.",
)
NOT_ONE_SKILL_FILE = error(
    "not-one-skill-file",
    "a skill needs exactly one SKILL.md",
    "The folder of a skill must contain exactly one SKILL.md, not in a subfolder. Add the "
    "file, or remove the others.",
)
SKILL_FILE_TOO_LARGE = error(
    "skill-file-too-large",
    "SKILL.md is too large",
    "The API accepts only a smaller SKILL.md. Move long texts into other files of the folder.",
)
NO_FRONT_MATTER = error(
    "no-front-matter",
    "no front matter",
    "SKILL.md must begin with YAML between two lines of `---`. Add these lines at the beginning "
    "of the file.",
)
SKILL_WITHOUT_NAME = error(
    "skill-without-name",
    "a skill without a name",
    "The front matter needs a `name` of lower-case letters, digits and single dashes. Add the "
    "name.",
)
SKILL_WITHOUT_DESCRIPTION = error(
    "skill-without-description",
    "a skill without a description",
    "The front matter needs a `description`, which must be short enough for our mark to follow "
    "it. Add a description, or shorten it.",
)
TOO_MANY_SKILL_FILES = error(
    "too-many-skill-files",
    "a skill of too many files",
    "The folder of a skill contains more files than the API accepts. Remove files from the folder.",
)
MARK_IN_MANIFEST = error(
    "mark-in-manifest",
    "a mark in a manifest",
    "The text ends with brackets that would be read as our mark, the note that identifies our "
    "live objects. Remove the brackets.",
)
STATIC_WITHOUT_SIZES = error(
    "static-without-sizes",
    "static chunking needs its sizes",
    "`type: static` needs `static` with both sizes. Add the missing size.",
)
AUTO_WITH_SIZES = error(
    "auto-with-sizes",
    "auto chunking takes no sizes",
    "Sizes of chunks can be set only with `type: static`. Set that type, or remove `static`.",
)
OVERLAP_TOO_LARGE = error(
    "overlap-too-large",
    "the overlap is more than half of a chunk",
    "The API allows an overlap of at most half of a chunk. Write a smaller overlap.",
)
KEYWORD_WITHOUT_VALUE = warning(
    "keyword-without-value",
    "a keyword of a schema has no value",
    "A JSON Schema has a key whose value is null. Usually a text with a comma was written "
    "in braces without quotes: in `{description: one, two}`, YAML reads `two` as a key. "
    "Put quotes around the text.",
)
UNKNOWN_KEYWORD = warning(
    "unknown-keyword",
    "not a keyword of JSON Schema",
    "JSON Schema has no keyword of this name, so models ignore it. Correct the spelling, or "
    "remove the key.",
)
EXCLUDE_WITHOUT_GLOB = error(
    "exclude-without-glob",
    "exclude has no meaning without a glob",
    "`exclude` removes files from those that a `glob` matches. Remove it, or write a `glob`.",
)
ENTRY_NAMES_ONE = error(
    "entry-names-one",
    "an entry names one of path, glob and file",
    "Each entry of `files` names its documents by one of `path`, `glob` and `file`. Keep only one.",
)
LONG_ATTRIBUTE = warning(
    "long-attribute",
    "an attribute of more than 256 characters",
    "The reference of the API allows 512 characters, but its guide only 256. Shorten the "
    "attribute if your server refuses it.",
)
