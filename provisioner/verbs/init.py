"""init: write a first folder of manifests, which is short and can be applied as it is."""

import re
import secrets
import string
from pathlib import Path

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.hints import hint
from provisioner.verbs._shared.new_files import write_new
from provisioner.verbs._shared.pipeline_setup import PipelineWish, pipeline_files
from provisioner.verbs._shared.schema_lines import with_schema_lines

ALPHABET = string.ascii_lowercase + string.digits
STACK_ID = 10
"""The number of characters of a Stack's id: 51 random bits, so that no two Stacks get the same."""

STACK = """\
# The Stack says who we are and where things live. There is exactly one in a folder of manifests.
apiVersion: provisioner/v1
kind: Stack
metadata:
  name: {name}
  id: {id} # the owner in every mark: never change it
spec:
  default_target: local

  targets:
    # The embedded server: no account, no key, no network. Its data lies in .provisioner/.
    local: {{runtime: assistants, server: embedded}}

    # Any server that speaks Assistants v2; address and key come from the environment or .env.
    # live: {{runtime: assistants, base_url: "${{env:ASSISTANTS_URL}}", api_key_env: ASSISTANTS_KEY}}

  variables:
    model: {{type: string, default: gpt-6.1-terra}}
"""

ASSISTANT = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec:
  name: Helper
  description: Answers questions over the documents in knowledge/.
  model: ${var:model}
  instructions: {file: prompts/helper.md}
  temperature: 0.2
  tools:
    - {type: file_search, vector_store: handbook, max_num_results: 8}
  truncation_strategy: {type: auto} # these three go with every run
  max_prompt_tokens: 20000
  max_completion_tokens: 1000
---
# What the assistant knows. Every document that the pattern matches is uploaded and kept in step.
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: handbook}
spec:
  name: Handbook
  files:
    - glob: knowledge/**/*.md
"""

PROMPT = """\
You answer questions from the handbook, and from nothing else.

- Search the handbook before you answer.
- Name the section that you relied on.
- If the handbook does not say, say so, and stop there.
"""

KNOWLEDGE = """\
# Handbook

## Working hours

The office is open from 8:00 to 18:00. Core hours are 10:00 to 15:00.

## Days off

Everybody has 28 days a year. Up to five of them carry over to the next year, until the end of March.
"""


def init(folder: Path, pipeline: PipelineWish | None = None) -> tuple[Path, ...]:
    """Write a first folder of manifests, and return the files that were written.

    With `pipeline`, the files of a pipeline are written too; and only those if the folder has
    manifests already. No file is ever overwritten: ProvisionerError is raised instead.
    """
    files: dict[Path, str] = {}
    if not (pipeline and _manifests_in(folder)):
        files = _manifests(folder)
        _check_free(folder, files)
    if pipeline:
        files |= pipeline_files(folder, pipeline)
    write_new(folder, files)
    return tuple(files)


def _manifests(folder: Path) -> dict[Path, str]:
    texts = {
        "stack.yaml": STACK.format(name=stack_name(folder), id=stack_id()),
        "helper.yaml": ASSISTANT,
        "prompts/helper.md": PROMPT,
        "knowledge/handbook.md": KNOWLEDGE,
    }
    return {folder / name: text for name, text in with_schema_lines(texts).items()}


def _manifests_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.y*ml"))


def _check_free(folder: Path, files: dict[Path, str]) -> None:
    """Raise ProvisionerError if a file exists already, or if the folder has other manifests."""
    there = [file for file in files if file.exists()]
    there += [file for file in _manifests_in(folder) if file not in there]
    if there:
        raise ProvisionerError(
            Diagnostic(
                codes.FOLDER_NOT_EMPTY,
                f"Found {there[0]}. Nothing was written. Name another folder: {hint('init', 'DIR')}.",
            )
        )


def stack_id() -> str:
    """Return a random id for a Stack."""
    return "".join(secrets.choice(ALPHABET) for _ in range(STACK_ID))


def stack_name(folder: Path) -> str:
    """Return a name for a Stack: that of the folder around the manifests."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.absolute().parent.name).strip("-_")
    return name[:64] or "assistants"
