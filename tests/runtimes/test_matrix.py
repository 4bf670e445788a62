"""The matrix: whole, about fields that exist, and in step with the installed SDK."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import provisioner
from provisioner.kinds.assistant_tools import NAMES, TOOLS
from provisioner.model.runtime import Level, Runtime
from provisioner.runtimes import RUNTIMES, matrix
from provisioner.source.support import has
from tests.runtimes.rows import CASES, FIELDS, Case
from tests.runtimes.signatures import Used, parameters
from tests.runtimes.supported import complaints, fitting
from tests.runtimes.test_round_trip import CREATE, RUN, SESSION, UPDATE, unfit

OPTIONS = [
    f"tools[{type}].{option}"
    for type, options in TOOLS.items()
    for option in options
    if option not in ("type", "ref", "function", NAMES.get(type))
]
ALL = [(path, runtime) for runtime in RUNTIMES.values() for path in runtime.support]
WORDS = [pytest.param(path, runtime, id=f"{runtime.name}-{path}") for path, runtime in ALL]


@pytest.mark.parametrize("runtime", RUNTIMES.values(), ids=lambda runtime: runtime.name)
def test_every_field_tool_and_option_has_a_word(runtime: Runtime) -> None:
    tools = [f"tools[{type}]" for type in TOOLS]
    silent = {*FIELDS, *tools} - runtime.support.keys()
    silent |= {
        option
        for option in OPTIONS
        if option not in runtime.support and has(runtime, option.partition(".")[0])
    }

    assert silent == set()


@pytest.mark.parametrize(("path", "runtime"), WORDS)
def test_every_word_is_about_something_that_a_manifest_can_say(path: str, runtime: Runtime) -> None:
    field = path.partition("=")[0]
    rows = {case.row for case in CASES}

    assert field == "tools" or any(row == field or field.startswith(f"{row}.") for row in rows)
    assert runtime.support[path].note or runtime.support[path].level is not Level.UNSUPPORTED


@pytest.mark.parametrize(
    ("path", "runtime"),
    [
        pytest.param(path, runtime, id=f"{runtime.name}-{path}")
        for path, runtime in ALL
        if runtime.support[path].level is Level.UNSUPPORTED
    ],
)
def test_what_is_unsupported_is_named_and_can_be_dropped(path: str, runtime: Runtime) -> None:
    field = path.partition("=")[0]
    using = [
        case
        for case in CASES
        if (case.row == field or field.startswith(f"{case.row}."))
        and path in _rows_named(case, runtime)
    ]

    assert using
    for case in using:
        assert complaints(case.normal, runtime) != []
        drops = _rows_named(case, runtime)
        assert complaints(case.normal, runtime, *drops) == []


NAMED: dict[tuple[int, str], list[str]] = {}
"""The rows that `_rows_named` found, by the identity of a case and the name of a runtime."""


def _rows_named(case: Case, runtime: Runtime) -> list[str]:
    key = id(case), runtime.name
    if key not in NAMED:
        spec = case.normal
        whole = complaints(spec, runtime)
        NAMED[key] = [
            path
            for path, word in runtime.support.items()
            if word.level is Level.UNSUPPORTED and complaints(spec, runtime, path) != whole
        ]
    return NAMED[key]


def test_the_matrix_in_the_docs_is_fresh() -> None:
    """Else: `python -m provisioner.runtimes.matrix`."""
    page = (Path(provisioner.__file__).parents[1] / "docs" / "runtimes.md").read_text("utf-8")

    assert matrix.BEGIN in page
    assert matrix.refreshed(page) == page


def test_every_row_is_in_the_matrix() -> None:
    known = {path for runtime in RUNTIMES.values() for path in runtime.support}

    assert known <= set(matrix.paths())
    assert {*FIELDS, *OPTIONS} <= set(matrix.paths())


def test_what_is_not_listed_is_as_what_it_is_a_part_of() -> None:
    assistants = RUNTIMES["assistants"]

    assert matrix.word(assistants, "tools[mcp].headers") == assistants.support["tools[mcp]"]
    assert matrix.word(assistants, "truncation_strategy=auto").level is Level.PER_RUN
    assert matrix.word(assistants, "horoscope").level is Level.UNSUPPORTED


_CALL = "Belongs to one call, not to what is published."
_OVERRIDE = "Overrides the assistant for one run: the manifest says it once."
_OLD = "Superseded by what has a row."
_TEMPLATE = "Belongs to an EnvironmentTemplate, which the session names."
_CONFIDENTIAL = "Holds a secret, which never stands in a manifest or in a release."
_REQUEST, _SESSION = "ResponseCreateParamsNonStreaming", "SessionCreateParamsNonStreaming"
_RUN, _HOSTED = "RunCreateParamsNonStreaming", "EnvironmentParamOpenAIHosted"
EXCEPTIONS: Mapping[str, str] = {
    **{
        f"{_REQUEST}.{name}": _CALL
        for name in (
            *("input", "conversation", "previous_response_id", "stream", "stream_options"),
            *("background", "background_options"),
        )
    },
    f"{_REQUEST}.safety_identifier": "One for each end user: the application knows who asks.",
    f"{_REQUEST}.user": _OLD,
    f"{_REQUEST}.prompt": "Prompt objects are shut down on 2026-11-30.",
    "PromptCacheOptions.comparison_response_id": _CALL,
    "PromptCacheOptions.prewarm": _CALL,
    "Reasoning.generate_summary": _OLD,
    "ComputerUsePreviewToolParam": _OLD,
    "WebSearchPreviewToolParam": _OLD,
    "WebSearchToolParam.type=web_search_2025_08_26": "The same tool under its dated name.",
    "LocalShell": "Superseded by `shell` with `environment: {type: local}`.",
    "ToolChoiceTypesParam.type=computer_use": "The same as `computer`.",
    "ToolChoiceTypesParam.type=computer_use_preview": _OLD,
    "ToolChoiceTypesParam.type=web_search_preview": _OLD,
    "ToolChoiceTypesParam.type=web_search_preview_2025_03_11": _OLD,
    "NamespaceToolParam": "Groups functions under one name, for `tool_search`: not in the language yet.",
    "ContainerNetworkPolicyAllowlistParam.domain_secrets": _CONFIDENTIAL,
    "ContainerAutoParam.file_ids": "Files for code go to `code_interpreter`; not in the language yet.",
    "ContainerAutoParam.skills": "Skills of a shell: not in the language yet.",
    "LocalEnvironmentParam.skills": "They lie on the machine of whoever runs the assistant.",
    "ContainerReferenceParam": "A container that exists for minutes cannot be declared.",
    "ImageGeneration.input_image_mask": _CALL,
    **{
        f"{_RUN}.{name}": _OVERRIDE
        for name in (
            *("model", "instructions", "additional_instructions", "response_format", "tools"),
            *("temperature", "top_p", "reasoning_effort"),
        )
    },
    **{
        f"{_RUN}.{name}": _CALL for name in ("additional_messages", "include", "metadata", "stream")
    },
    "ToolResourcesFileSearch.vector_stores": "Makes stores that nobody declared: a leak.",
    f"{_SESSION}.agent": _OVERRIDE,
    **{f"{_SESSION}.{name}": _CALL for name in ("input", "metadata", "stream", "stream_options")},
    **{
        f"{_HOSTED}.{name}": _TEMPLATE
        for name in ("files", "network", "packages", "plugins", "setup_commands", "skills")
    },
    f"{_HOSTED}.env": _CONFIDENTIAL,
    f"{_HOSTED}.environment_id": "An environment that runs already is made for one session.",
}
"""Parameters, values and types that no manifest says, and why."""


def test_every_parameter_of_the_sdk_has_a_row_or_a_reason() -> None:
    """Fails when an upgraded SDK knows more than the matrix: give it a row, or a reason here."""
    used: Used = set()
    for runtime in (RUNTIMES[name] for name in CREATE):
        for case in CASES:
            if (spec := fitting(case.row, case.normal, runtime)) is not None:
                unfit(spec, runtime, used)
    hints = (*CREATE.values(), *UPDATE.values(), RUN, SESSION)
    known = {name for hint in hints for name in parameters(hint, EXCEPTIONS)}

    assert sorted(known - used) == []


def test_every_reason_is_about_something_that_the_sdk_has() -> None:
    hints = (*CREATE.values(), *UPDATE.values(), RUN, SESSION)
    known = {name for hint in hints for name in parameters(hint, ())}
    types = {name.partition(".")[0] for name in known}

    assert EXCEPTIONS.keys() <= known | types
