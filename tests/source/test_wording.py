"""The messages that people will meet most, word for word."""

from collections.abc import Callable

import pytest

from provisioner.source import Loaded
from tests.source.folders import STACK, Folder, errors

_MESSAGES = [
    (
        "model: m\ntemprature: 1",
        "6:3: error: unknown field [unknown-field]\n  There is no `temprature`. Did you mean `temperature`?",
    ),
    (
        "model: m\nmax_tokens: 1",
        (
            "6:3: error: unknown field [unknown-field]\n"
            "  There is no `max_tokens`. Use `max_prompt_tokens` or `max_completion_tokens`."
        ),
    ),
    (
        "model: m\ntemperature: 2.5",
        "6:16: error: a number above the limit [number-above-limit]\n  Got 2.5, which is above the limit of 2.",
    ),
    (
        "model: m\ntemperature: '1'",
        "6:16: error: wrong type [wrong-type]\n  Expected a number, got `1`. Remove the quotes.",
    ),
    (
        "model: m\nparallel_tool_calls: yes",
        "6:24: error: wrong type [wrong-type]\n  Expected true or false, got `yes`. Write true.",
    ),
    (
        "model: m\nmetadata: {version: 1.10}",
        '6:23: error: wrong type [wrong-type]\n  Expected text, got 1.10. Quote it: "1.10".',
    ),
    (
        "model: m\nmetadata: {mode: 0400}",
        (
            "6:20: error: a number that begins with 0 [leading-zero]\n"
            '  If this is a text, quote it: "0400". If it is a number, it'
            " means 400 here: write `400`. For the octal number write `0o400`."
        ),
    ),
    (
        "model: m\nmetadata: {on: TRUE}",
        '6:18: error: wrong type [wrong-type]\n  Expected text, got TRUE. Quote it: "TRUE".',
    ),
    (
        "model: m\nmetadata: {id: 0x1F}",
        '6:18: error: wrong type [wrong-type]\n  Expected text, got 0x1F. Quote it: "0x1F".',
    ),
    (
        "model: m\nmetadata: {flag: true}",
        '6:20: error: wrong type [wrong-type]\n  Expected text, got true. Quote it: "true".',
    ),
    (
        f"model: m\nmetadata: {{{', '.join(f'k{n}: v' for n in range(13))}}}",
        (
            "6:13: error: too many keys [too-many-keys]\n"
            "  There are 13 keys, and at most 12 are allowed: the API takes 16, of which 4 are for"
            " the mark that says who owns an object."
        ),
    ),
    (
        "model: m\nmetadata: {provisioner.owner: me}",
        (
            "6:14: error: reserved key [reserved-key]\n"
            "  `provisioner.owner`: Keys that begin with `provisioner.` are reserved for the mark,"
            " which records the owner."
        ),
    ),
    (
        "model: m\ntools: {type: file_search}",
        "6:10: error: wrong type [wrong-type]\n  Expected a list, got a mapping. Begin each item with `- `.",
    ),
    (
        "model: m\ntools: [{type: retrieval}]",
        (
            "6:18: error: unknown value [unknown-value]\n"
            "  Got `retrieval`, expected `file_search`, `web_search`, `code_interpreter`, `shell`,"
            " `apply_patch`, `computer_use`, `function`, `custom`, `tool_search`,"
            " `programmatic_tool_calling`, `automations`, `mcp` or `image_generation`."
            " Write `file_search`, its name since version 2 of the Assistants API."
        ),
    ),
    (
        "model: m\ntools: [{type: mcp, server_label: crm, authorization: t0ken}]",
        (
            "6:42: error: unknown field [unknown-field]\n"
            "  There is no `authorization`. A manifest must not contain a token. Write the name of"
            " the variable with the token into `authorization_env`, or put the token into a vault of"
            " the session."
        ),
    ),
    (
        "model: m\ntruncation_strategy: {type: none}",
        (
            "6:31: error: unknown value [unknown-value]\n"
            "  Got `none`, expected `auto`, `last_messages` or `disabled`. Use `auto`,"
            " which drops messages from the middle; `last_messages`, which keeps the last"
            " `last_messages: N`; or, on Responses, `disabled`, which drops none, so that a request"
            " that does not fit fails."
        ),
    ),
    (
        "model: m\ninstructions: {file: prompts/x.md}",
        (
            "6:24: error: a file does not exist [file-does-not-exist]\n"
            "  There is no `prompts/x.md` in the folder `manifests`. Paths are relative to the manifest"
            " that names them."
        ),
    ),
    (
        "model: m\ntemperature: 1e999",
        (
            "6:16: error: wrong type [wrong-type]\n"
            "  Expected a number, got `1e999`. It is too large for a number: write a smaller one."
        ),
    ),
    (
        "model: m\nmax_prompt_tokens: nan",
        "6:22: error: wrong type [wrong-type]\n  Expected a whole number, got `nan`.",
    ),
    (
        "temperature: 1",
        "4:1: error: missing field [missing-field]\n  `model` has to be set. The id of the model.",
    ),
    (
        "model: ''",
        "5:10: error: empty [empty]\n  Leave the field out, or give it a value.",
    ),
    (
        "model: m\nlifecycle: {ignore_changes: [metdata.owner]}",
        (
            "6:32: error: unknown path [unknown-path]\n"
            "  `metdata.owner` is not the path of a field. Did you mean `metadata`?"
        ),
    ),
]


@pytest.mark.parametrize(("spec", "message"), _MESSAGES)
def test_a_message_says_what_why_and_what_to_do(
    assistant: Callable[..., Loaded], spec: str, message: str
) -> None:
    assert [str(item) for item in assistant(spec).diagnostics] == [f"manifests/a.yaml:{message}"]


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (
            "server_url: https://x.test, authorization_env: sk-secret",
            "If this is the secret itself",
        ),
        (
            "command: run, cwd: /workspace, env_vars: ['A=sk-secret']",
            "If this is the secret itself",
        ),
        ("server_url: 'https://me:sk-secret@x.test/y'", "Got `https://…@x.test/y`."),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(
    assistant: Callable[..., Loaded], option: str, says: str
) -> None:
    loaded = assistant(f"model: m\ntools:\n  - {{type: mcp, server_label: s, {option}}}")

    (found,) = loaded.diagnostics
    assert says in found.detail
    assert "sk-secret" not in str(found)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("b", "No manifest declares a VectorStore `b`. That is the name of a File."),
        (
            "vector_store.s",
            "No manifest declares a VectorStore `vector_store.s`. Write its name alone: `s`.",
        ),
    ],
)
def test_a_reference_to_another_kind_or_by_address_is_explained(
    folder: Folder, name: str, hint: str
) -> None:
    head = "apiVersion: provisioner/v1\nkind: "
    tool = f"{{type: file_search, vector_store: {name}}}"
    folder.write(
        **{
            "stack.yaml": STACK,
            "a.yaml": f"{head}Assistant\nmetadata: {{name: a}}\nspec: {{model: m, tools: [{tool}]}}\n",
            "b.yaml": f"{head}File\nmetadata: {{name: b}}\nspec: {{path: b.md}}\n",
            "s.yaml": f"{head}VectorStore\nmetadata: {{name: s}}\nspec: {{files: [b.md]}}\n",
            "b.md": "b",
        }
    )

    assert [item.detail for item in errors(folder.load())] == [hint]
