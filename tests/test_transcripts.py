"""Replay every transcript of the docs: what they show is what the program prints today.

A block of console text that shows output stands below a comment, `<!-- replayed: NAME -->`, which
names the scenario here that makes it. In a transcript `…` alone in a line stands for any lines, and
`…` within a line for any text.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from provisioner.cli._shared import migrate_output, perform
from provisioner.cli.root import provisioner
from provisioner.emulator import create_app
from tests.support.leaking import Leaking

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"(?:<!-- replayed: (?P<name>[^>]+) -->\n)?^```console\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
DIFFERENT_EACH_TIME = [
    (re.compile(r"\b(asst|vs|thread|run|msg)_[0-9a-f]{24}\b|\bfile-[0-9a-f]{24}\b"), "ID"),
    (re.compile(r"\b\d+\.\d s\b"), "SECONDS"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\b"), "MOMENT"),
    (re.compile(r"\b[0-9a-f]{12}(\+dirty)?( {6})?(?=[ ,\n]|$)"), "DIGEST"),
    (re.compile(r"(?<=[Dd]igest[: ][ `])[\w-]{22}"), "DIGEST"),
    # The first store to be filled tries the server with one document: which is first, and whether
    # that document was its only one, is different each time.
    (re.compile(r"\b\d+ requests \((\d+) GET, \d+ POST\)"), r"REQUESTS (\1 GET)"),
]


class Samples:
    """A copy of the samples in a folder. Commands run in this process, in the current folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(
            ROOT / "manifests", folder / "manifests", ignore=shutil.ignore_patterns(".provisioner")
        )

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.folder / "manifests" / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def run(self, *args: str, answer: str = "") -> str:
        result = CliRunner().invoke(provisioner, args, input=answer or None)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        # What a person types stands in a transcript; the runner does not show it.
        return result.output.replace("[y/N] ", f"[y/N] {answer}", 1)

    def commit(self) -> None:
        """Put the folder under version control, so that releases name a revision."""
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "samples"]):
            identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
            subprocess.run(["git", *identity, *words], cwd=self.folder, check=True)


def _edited_sentence(samples: Samples) -> str:
    samples.run("apply", "--yes")
    samples.edit("prompts/policy-qa.md", "the later", "the newer")
    return samples.run("plan")


def _first_apply(samples: Samples) -> str:
    return samples.run("plan") + samples.run("apply", "--yes")


def _question(samples: Samples) -> str:
    samples.run("apply", "--yes")
    question = "How many days of leave carry over to next year?"
    return samples.run("ask", "assistant.policy-qa", question)


def _migration_report(samples: Samples) -> str:
    ends = ("--from", "local", "--to", "local-responses")
    return samples.run("migrate", *ends, "--select", "assistant.policy-qa")


def _migration(samples: Samples) -> str:
    samples.run("apply", "--yes")
    ends = ("--from", "local", "--to", "local-responses")
    agreed = ("--apply", "--unprotect", "assistant.policy-qa")
    return samples.run("migrate", *ends, *agreed, answer="y\n")


def _published_twice(samples: Samples) -> None:
    samples.edit("stack.yaml", "default_target: local", "default_target: local-responses")
    samples.commit()
    samples.run("apply", "--yes")
    samples.edit("prompts/policy-qa.md", "# Sources", "Answer in verse.\n\n# Sources")
    samples.run("apply", "--yes")


def _rollback(samples: Samples) -> str:
    _published_twice(samples)
    return samples.run("rollback", "assistant.policy-qa", answer="y\n")


def _history(samples: Samples) -> str:
    _published_twice(samples)
    samples.run("rollback", "assistant.policy-qa", "--yes")
    return samples.run("show", "--releases", "assistant.policy-qa")


def _field_explained(samples: Samples) -> str:
    return samples.run("explain", "assistant.truncation_strategy")


def _code_explained(samples: Samples) -> str:
    return samples.run("explain", "too-many-deletes")


def _graph(samples: Samples) -> str:
    samples.run("apply", "--yes")
    return samples.run("show", "assistant.sales-analyst", "--format", "mermaid")


def _who_applied_what(samples: Samples) -> str:
    samples.run("apply", "--yes")
    samples.edit("prompts/policy-qa.md", "the later", "the newer")
    samples.run("apply", "--yes")
    runs = samples.run("history")
    return runs + samples.run("history", runs.splitlines()[1].split()[0])


def _deleted_and_made_again(samples: Samples) -> str:
    samples.run("apply", "--yes")
    (samples.folder / "manifests" / "assistants" / "sales-analyst.yaml").unlink()
    samples.run("apply", "--yes")
    run = samples.run("history").splitlines()[1].split()[0]
    return samples.run("rollback", run, answer="y\n")


def _what_is_tracked(samples: Samples) -> str:
    (samples.folder / ".provisioner").mkdir()
    app = create_app(samples.folder / ".provisioner" / "embedded.sqlite")
    headers = {"Authorization": "Bearer any", "OpenAI-Beta": "assistants=v2"}
    thread = Client(app).post("/v1/threads", headers=headers, json={}).get_json()["id"]
    app.close()
    rows = (
        "id,kind,owner,registered,expires",
        f"{thread},thread,user:42,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z",
        "thread_2,thread,user:7,2026-11-01T00:00:00Z,2126-11-01T00:00:00Z",
        "conv_1,conversation,user:42,,",
    )
    (samples.folder / "threads.csv").write_text("\n".join(rows), "utf-8")
    told = [samples.run("threads", "import", "threads.csv"), samples.run("threads")]
    told += [
        samples.run("threads", "retire", "--yes"),
        samples.run("threads", "--owner", "user:42"),
    ]
    return "".join(told)


def _broken_contract(samples: Samples) -> str:
    samples.run("apply", "--yes")
    escalation, enum = "functions/escalation.yaml", "enum: [today, this_week], default: this_week"
    samples.edit(escalation, enum, "enum: [today], default: today")
    samples.edit(escalation, "required: [summary]", "required: [summary, order_id]")
    samples.edit("assistants/policy-qa.yaml", "prevent_destroy: true", "prevent_destroy: false")
    samples.edit("assistants/policy-qa.yaml", "prompt_tokens: 20000", "prompt_tokens: 40000")
    return samples.run("plan", "--fail-on", "contract-broken")


def _comment(samples: Samples) -> str:
    samples.run("apply", "--yes")
    samples.edit("prompts/policy-qa.md", "the later", "the newer")
    samples.edit("assistants/policy-qa.yaml", "prompt_tokens: 20000", "prompt_tokens: 40000")
    formats = (("--format", "markdown"), ("--summary",), ("--format", "github"))
    return "".join(samples.run("plan", *words) for words in formats)


def _tested(samples: Samples) -> str:
    samples.run("apply", "--yes")
    samples.edit("assistants/policy-qa.yaml", "temperature: 0.2", "temperature: 0.1")
    return samples.run("test", "assistant.policy-qa", "--report", "tested.json")


def _missing_key(samples: Samples) -> str:
    return samples.run("doctor", "--target", "openai")


def _what_leaked(samples: Samples) -> str:
    samples.run("apply", "--yes")
    made = Leaking()
    made.store(made.file(filename="old-prices.csv"), usage=3 << 30, name="Old prices")
    made.store(status="expired", usage=0, name="Trial")
    made.file("user_data", filename="photo.png")
    server = create_app(".provisioner/embedded.sqlite")
    made.write(server)
    server.close()
    return samples.run("gc")


def _two_environments(samples: Samples) -> str:
    return samples.run("compare", "default", "prod")


def _two_folders(samples: Samples) -> str:
    shutil.copytree(samples.folder / "manifests", samples.folder / "main" / "manifests")
    samples.edit("../main/manifests/prompts/policy-qa.md", "the later", "the newer")
    return samples.run("compare", "manifests", "main/manifests")


def _several_stacks(samples: Samples) -> str:
    (samples.folder / "stacks" / "people").mkdir(parents=True)
    there = ("--chdir", "stacks/people")
    return samples.run(*there, "init") + samples.run(*there, "plan")


def _tested_release(samples: Samples) -> str:
    samples.edit("stack.yaml", "default_target: local", "default_target: local-responses")
    samples.edit("stack.yaml", "target: local # or", "target: local-responses # or")
    chosen = ("--select", "assistant.policy-qa", "--select", "vector_store.policy-library")
    samples.run("apply", "--env", "dev", "--yes", *chosen)
    samples.edit("prompts/policy-qa.md", "the later", "the newer")
    samples.run("apply", "--env", "dev", "--yes", *chosen)
    samples.run("apply", "--env", "prod", "--new", "--yes", "--release", "dev:2", *chosen)
    release = ("--release", "dev:1", "--select", "assistant.policy-qa")
    return samples.run("plan", "--env", "prod", *release)


def _outside_of_a_pipeline(samples: Samples) -> str:
    return samples.run("ci")


SCENARIOS: dict[str, Callable[[Samples], str]] = {
    "an edited sentence": _edited_sentence,
    "a first apply": _first_apply,
    "a question": _question,
    "the report of a migration": _migration_report,
    "a migration": _migration,
    "a rollback": _rollback,
    "a field explained": _field_explained,
    "a code explained": _code_explained,
    "a graph of references": _graph,
    "the history of releases": _history,
    "what is tracked": _what_is_tracked,
    "who applied what": _who_applied_what,
    "what a run deleted": _deleted_and_made_again,
    "what leaked": _what_leaked,
    "a broken contract": _broken_contract,
    "a comment": _comment,
    "a tested change": _tested,
    "a missing key": _missing_key,
    "outside of a pipeline": _outside_of_a_pipeline,
    "two environments": _two_environments,
    "two folders": _two_folders,
    "several Stacks": _several_stacks,
    "a tested release": _tested_release,
}


def transcripts() -> list[tuple[str, str, list[str]]]:
    """Return (place, name of the scenario or '', lines) for every block that shows output."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for block in BLOCK.finditer(text):
            lines = [line for line in block["text"].splitlines() if not line.startswith("$ ")]
            if lines:
                place = f"{page.name}:{text.count(chr(10), 0, block.start('text')) + 1}"
                found.append((place, block["name"] or "", lines))
    return found


@pytest.mark.parametrize(
    ("place", "name", "lines"), [pytest.param(*each, id=each[0]) for each in transcripts()]
)
def test_a_transcript_is_what_the_program_prints(
    place: str, name: str, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name in SCENARIOS, f"{place} is replayed by nobody: name a scenario above it"
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "100")  # whatever the runner of the tests says
    for asking in (perform, migrate_output):
        monkeypatch.setattr(asking, "interactive", lambda: True)
    output = SCENARIOS[name](Samples(tmp_path))
    assert matches(lines, output), f"{place} is not what is printed:\n{output}"


def test_every_scenario_is_told_somewhere() -> None:
    assert {name for _, name, _ in transcripts()} == SCENARIOS.keys()


@pytest.mark.parametrize(
    ("lines", "output", "same"),
    [
        (["a", "…", "d"], "a\nb\nc\nd\n", True),
        (["a", "…", "d"], "a\nd\n", True),
        (["…", "c…"], "a\nb\ncd\n", True),
        (["a", "d"], "a\nb\nd\n", False),
        (["a 0.1 s", "asst_0123456789abcdef01234567"], f"a 2.3 s\nasst_{'f' * 24}\n", True),
        (["a", "…"], "b\na\n", False),
    ],
)
def test_dots_stand_for_what_is_left_out_and_nothing_else(
    lines: list[str], output: str, same: bool
) -> None:
    assert matches(lines, output) is same


def matches(lines: list[str], output: str) -> bool:
    pattern = "".join(_pattern(line) for line in lines)
    text = "".join(f"{steady(line)}\n" for line in output.strip("\n").splitlines())
    return re.fullmatch(pattern, text) is not None


def _pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return ".*".join(map(re.escape, steady(line).split("…"))) + r"\n"


def steady(line: str) -> str:
    """Return a line with one word in place of everything that differs from run to run."""
    for pattern, word in DIFFERENT_EACH_TIME:
        line = pattern.sub(word, line)
    return line.rstrip()
