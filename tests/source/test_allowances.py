"""Comments that allow what is said of their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.model.allowance import Allowance, allowed, unused
from provisioner.model.codes import manifests, policies, risks
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.source import Loaded
from tests.source.folders import STACK, Folder, errors, places

QA = """\
# provisioner: allow object-removed it goes next week
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: qa}
spec:
  model: gpt-6.1  # provisioner: allow model-changed agreed with the team
  instructions: |
    Be brief. # provisioner: allow text-turned this is a text
    # provisioner: allow text-turned and so is this
  # Who reviewed it is in the minutes.
  # provisioner: allow tool-reaches-out   only our own pages

  # provisioner: allow reach-widened both of them
  tools:
    - {type: web_search, allowed_domains: [a.example]}  # provisioner: allow place-changed it moved
    - type: function  # provisioner: allow contract-broken nobody calls it
      function:
        name: look
        description: "See # provisioner: allow text-turned up"
        parameters:
          type: object
          properties: {}
  temperature: 1
---
# provisioner: allow expiry-shortened for a test
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: library}
spec: {expires_after: {anchor: last_active_at, days: 3}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(Path("manifests")).write(**{"stack.yaml": STACK})


def test_each_comment_holds_for_what_begins_on_its_line_or_on_the_next(folder: Folder) -> None:
    loaded = folder.write(**{"qa.yaml": QA}).load()

    assert not errors(loaded), errors(loaded)
    assert [(one.code, one.first, one.last, one.reason) for one in loaded.allowances] == [
        ("object-removed", 2, 23, "it goes next week"),
        ("model-changed", 6, 6, "agreed with the team"),
        ("tool-reaches-out", 14, 22, "only our own pages"),
        ("reach-widened", 14, 22, "both of them"),
        ("place-changed", 15, 15, "it moved"),
        ("contract-broken", 16, 22, "nobody calls it"),
        ("expiry-shortened", 26, 29, "for a test"),
    ]
    assert {one.position.file for one in loaded.allowances} == {"manifests/qa.yaml"}
    assert loaded.allowances[1].position == Position("manifests/qa.yaml", 6, 19)


@pytest.mark.parametrize(
    ("comment", "summary"),
    [
        ("allow model-changed", policies.ALLOWS_WITHOUT_REASON.summary),
        ("allow model-changed   ", policies.ALLOWS_WITHOUT_REASON.summary),
        ("allow model-chnged because", policies.ALLOWS_UNKNOWN.summary),
        ("allow", policies.ALLOWS_UNKNOWN.summary),
        ("allow not-a-folder because", policies.ALLOWS_UNKNOWN.summary),
    ],
)
def test_a_comment_that_allows_nothing_as_it_stands_is_a_warning_at_its_place(
    folder: Folder, comment: str, summary: str
) -> None:
    text = QA.partition("---")[0].replace("model-changed agreed with the team", "X")
    text = text.replace("allow X", comment)
    loaded = folder.write(**{"qa.yaml": text}).load()

    assert ("qa.yaml:6:19", summary) in places(loaded)
    assert not errors(loaded)


def test_other_words_of_a_comment_mean_nothing(folder: Folder) -> None:
    text = QA.replace("provisioner: allow ", "provisioner: allowed ")
    assert folder.write(**{"qa.yaml": text}).load().allowances == ()


def diagnostic(code: str, line: int, file: str = "manifests/qa.yaml") -> Diagnostic:
    known = {"model-changed": risks.MODEL_CHANGED, "not-a-folder": manifests.NOT_A_FOLDER}
    return Diagnostic(known[code], "", Position(file, line, 3))


def test_only_a_finding_of_that_code_within_these_lines_is_allowed(folder: Folder) -> None:
    loaded: Loaded = folder.write(**{"qa.yaml": QA}).load()
    found = [
        diagnostic("model-changed", 6),
        diagnostic("model-changed", 7),
        diagnostic("model-changed", 6, "manifests/b.yaml"),
        diagnostic("not-a-folder", 6),
        Diagnostic(risks.MODEL_CHANGED),
    ]
    used: set[Allowance] = set()
    reasons = [one.allowed for one in allowed(found, loaded.allowances, used)]

    assert reasons == ["agreed with the team", "", "", "", ""]
    idle = unused(loaded.allowances, used)
    assert [one.code for one in idle] == [policies.ALLOWS_NOTHING] * 6
    assert all(one.position for one in idle)
