"""Codes of what the kinds themselves check, beyond their schemas."""

from provisioner.model.code import error, warning

LAST_MESSAGES_WITHOUT_NUMBER = error(
    "last-messages-without-number",
    "last_messages needs a number",
    "`truncation_strategy` of the type `last_messages` needs to know how many messages are "
    "kept. Write `last_messages: N`.",
)
LAST_MESSAGES_WITHOUT_USE = error(
    "last-messages-without-use",
    "last_messages without its type",
    "`last_messages` has a meaning with `type: last_messages` only.",
)
FORMAT_WITHOUT_SCHEMA = error(
    "format-without-schema",
    "type and json_schema belong together",
    "`type: json_schema` needs a `json_schema`, and no other type of response format takes "
    "one. Add the schema, or remove it.",
)
SAME_TOOL_TWICE = error(
    "same-tool-twice",
    "the same tool twice",
    "Tools are told apart by their type; functions, custom tools and MCP servers by their "
    "names. Remove or rename one.",
)
REF_OR_FUNCTION = error(
    "ref-or-function",
    "a function tool has either ref or function",
    "`ref` names a `kind: Function`; `function` defines one on the spot. Write one of the two.",
)
STORES_NAMED_TWICE = error(
    "stores-named-twice",
    "vector stores named twice",
    "`vector_store` names one store, `vector_stores` several. Write one of the two.",
)
FILTER_NOT_WHOLE = error(
    "filter-not-whole",
    "a filter is not whole",
    "A comparison takes `key` and `value`; `and` and `or` take `filters`. Add what is "
    "missing, or remove what does not belong.",
)
MCP_IN_ONE_PLACE = error(
    "mcp-in-one-place",
    "an MCP server is in one place",
    "An MCP server is named by exactly one of its fields. The detail lists them. Keep one of them.",
)
OPTION_WITHOUT_PARTNER = error(
    "option-without-partner",
    "an option without what it belongs to",
    "The option says something about another field, which is not set. Set that one as well, "
    "or remove the option.",
)
COMMAND_WITHOUT_FOLDER = error(
    "command-without-folder",
    "a command needs a folder",
    "The platform asks for the folder that the program runs in. Add `cwd`.",
)
GRAMMAR_NOT_WHOLE = error(
    "grammar-not-whole",
    "a grammar is not whole",
    "`type: grammar` needs `syntax` and `definition`; `text` takes neither. Add what is "
    "missing, or remove what does not belong.",
)
ALLOWED_TOOLS_NOT_WHOLE = error(
    "allowed-tools-not-whole",
    "allowed_tools is not whole",
    "`allowed_tools` needs `tools` and `mode`. Add the one that is missing.",
)
CHOICE_WITHOUT_FUNCTION = error(
    "choice-without-function",
    "tool_choice does not say which function",
    "Name the function, or write `tool_choice: required` for any tool.",
)
CHOICE_WITHOUT_TOOL = error(
    "choice-without-tool",
    "tool_choice does not say which tool",
    "Name the tool as the list of tools has it.",
)
CHOICE_NOT_ATTACHED = error(
    "choice-not-attached",
    "tool_choice names a tool that is not attached",
    "The tool that has to be called is not among the assistant's tools. Add the tool, or "
    "choose another one.",
)
NOT_A_MOMENT = error(
    "not-a-moment", "not a moment", "Write a moment with its zone, such as `2026-12-31T12:00:00Z`."
)
NOT_A_TARGET_FIELD = error(
    "not-a-target-field",
    "not a field of this target",
    "The type of the automation's target has no such field. Remove it.",
)
SCHEDULE_NOT_WHOLE = error(
    "schedule-not-whole",
    "a schedule is not whole",
    "The type of the schedule needs another field. The detail names it. Add the field.",
)
NOT_A_SCHEDULE_FIELD = error(
    "not-a-schedule-field",
    "not a field of this schedule",
    "The type of the schedule has no such field. Remove it.",
)
TARGET_NOT_WHOLE = error(
    "target-not-whole",
    "a target is not whole",
    "The type of the automation's target needs another field. The detail names it. Add the field.",
)
CREDENTIAL_NOT_WHOLE = error(
    "credential-not-whole",
    "a credential is not whole",
    "The type of the credential needs another field. The detail names it. Add the field.",
)
NOT_A_CREDENTIAL_FIELD = error(
    "not-a-credential-field",
    "not a field of this credential",
    "The type of the credential has no such field. Remove it.",
)
NETWORKING_NOT_WHOLE = error(
    "networking-not-whole",
    "networking is not whole",
    "`type: limited` needs `allowed_hosts`, and `unrestricted` takes none. Add the hosts, or "
    "remove them.",
)
REFRESH_WITHOUT_TOKEN = error(
    "refresh-without-token",
    "a refresh needs its token",
    "Name the environment variable that holds the refresh token.",
)
CLIENT_SECRET_UNSETTLED = error(
    "client-secret-unsettled",
    "the client's secret is not settled",
    "`client_secret_env` belongs to a way of authentication that uses a client's secret, and "
    "only to that. Add the other one of the two fields, or remove this one.",
)
FILE_TOO_LARGE = error(
    "file-too-large",
    "a file is too large",
    "The platform takes smaller files here. Put the content elsewhere.",
)
DOMAINS_WITHOUT_RESTRICTION = error(
    "domains-without-restriction",
    "domains without a restriction",
    "Lists of domains mean something only where the network is restricted. Set `access: "
    "restricted`, or remove the lists.",
)
NOT_A_WORKSPACE_PATH = error(
    "not-a-workspace-path",
    "not a path in the workspace",
    "The path has to lie inside of the workspace. Write a path below `/workspace`.",
)
SAME_PATH_TWICE = error(
    "same-path-twice", "the same path twice", "Two files would lie at one path. Rename one."
)
SKILL_NAMED_TWICE = error(
    "skill-named-twice",
    "a skill is named once",
    "A skill is attached to a template once. Remove one of the two.",
)
RESTRICTION_NOT_WHOLE = error(
    "restriction-not-whole",
    "a restriction is not whole",
    "A restricted network needs the domains that stay reachable. List them under "
    "`allowed_domains`.",
)
NOT_AN_ENVIRONMENT_SETTING = error(
    "not-an-environment-setting",
    "not a setting of this environment",
    "The type of the environment has no such setting. Remove it.",
)
SELF_HOSTED_WITHOUT_FOLDER = error(
    "self-hosted-without-folder",
    "a self-hosted environment needs a folder",
    "Name the folder on the machine that the agent works in.",
)
SPACE_AROUND_NAME = error(
    "space-around-name",
    "a name begins or ends with space",
    "Servers trim names, and the name would then differ for ever. Remove the space.",
)
NAME_TOO_LONG = error(
    "name-too-long", "a name is too long", "The name is longer than the API takes. Shorten it."
)
PARAMETERS_NOT_OBJECT = error(
    "parameters-not-object",
    "parameters must describe an object",
    "A function's arguments arrive as one JSON object, so the schema has to be of `type: "
    "object`. Wrap the arguments in an object.",
)
STRICT_NOT_CLOSED = error(
    "strict-not-closed",
    "a strict schema must be closed",
    "With `strict: true` every object needs `additionalProperties: false`. Add it, or set "
    "`strict: false`.",
)
STRICT_NOT_REQUIRED = error(
    "strict-not-required",
    "a strict schema must require every property",
    "With `strict: true` every property stands in `required`. Make a property optional by "
    "allowing null.",
)
NOT_ONE_SKILL_FILE = error(
    "not-one-skill-file",
    "not one SKILL.md",
    "A skill's folder holds exactly one SKILL.md, at its top. Add the file, or keep only the "
    "one at the top.",
)
SKILL_FILE_TOO_LARGE = error(
    "skill-file-too-large",
    "SKILL.md is too large",
    "Put what is long into files beside the SKILL.md.",
)
NO_FRONT_MATTER = error(
    "no-front-matter",
    "no front matter",
    "The SKILL.md has to begin with YAML between two lines of `---`. Add them at the "
    "beginning of the file.",
)
SKILL_WITHOUT_NAME = error(
    "skill-without-name",
    "a skill without a name",
    "The front matter needs a `name` of small letters, digits and single dashes. Add the name.",
)
SKILL_WITHOUT_DESCRIPTION = error(
    "skill-without-description",
    "a skill without a description",
    "The front matter needs a `description`. Its length is bounded, because the mark stands "
    "behind it. Add one, or shorten it.",
)
TOO_MANY_SKILL_FILES = error(
    "too-many-skill-files",
    "a skill of too many files",
    "The folder of a skill holds more files than the API takes. Remove files from the folder.",
)
MARK_IN_MANIFEST = error(
    "mark-in-manifest",
    "a mark in a manifest",
    "The text ends with something that reads as our mark. Take it out.",
)
STATIC_WITHOUT_SIZES = error(
    "static-without-sizes",
    "static chunking needs its sizes",
    "`type: static` needs `static` with both sizes. Add both sizes.",
)
AUTO_WITH_SIZES = error(
    "auto-with-sizes",
    "auto chunking takes no sizes",
    "Write `type: static` to set sizes, or leave `static` out.",
)
OVERLAP_TOO_LARGE = error(
    "overlap-too-large",
    "the overlap is more than half of a chunk",
    "The API allows an overlap of at most half of a chunk. Make it smaller.",
)
KEYWORD_WITHOUT_VALUE = warning(
    "keyword-without-value",
    "a keyword of a schema has no value",
    "A JSON Schema has a key whose value is null. Mostly it is the second half of a text with a "
    "comma in it, in braces and without quotes. Put quotes around the text.",
)
UNKNOWN_KEYWORD = warning(
    "unknown-keyword",
    "not a keyword of JSON Schema",
    "A key inside of a schema says nothing to a model. Mend its spelling, or remove it.",
)
EXCLUDE_WITHOUT_GLOB = error(
    "exclude-without-glob",
    "exclude has no meaning without a glob",
    "`exclude` leaves files out of a `glob`. Remove it, or write a `glob`.",
)
ENTRY_NAMES_ONE = error(
    "entry-names-one",
    "an entry names one of path, glob and file",
    "Each entry of `files` names its documents in exactly one way. Keep one of `path`, `glob` "
    "and `file`.",
)
LONG_ATTRIBUTE = warning(
    "long-attribute",
    "an attribute of more than 256 characters",
    "The API's reference allows 512 characters, its guide 256. Some servers may refuse it. "
    "Shorten it where a server refuses it.",
)
