"""Nothing in this repository is a secret or looks like one, and no merge is left half done."""

import re
from pathlib import Path

import pytest

from provisioner.source.flaws import flaw_of
from provisioner.source.syntax import parse

ROOT = Path(__file__).parents[1]
LEFT_OUT = {
    "__pycache__",
    ".git",
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
}
LOOKS_LIKE_ONE = re.compile(
    rb"\bsk-(proj-|svcacct-|admin-)?[A-Za-z0-9_]{40,}"
    rb"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}"
    rb"|\bAKIA[0-9A-Z]{16}\b|\bxox[abpr]-[A-Za-z0-9-]{20,}"
    rb"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"
    rb"|-----BEGIN ([A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{64,}"
)
SECRET_FIELDS = {
    "token",
    "access_token",
    "refresh_token",
    "client_secret",
    "secret_value",
    "api_key",
}
FILES = [
    path
    for path in sorted(ROOT.rglob("*"))
    if path.is_file() and not LEFT_OUT & {*path.relative_to(ROOT).parts}
]


def test_no_file_holds_what_looks_like_a_key() -> None:
    assert [str(p) for p in FILES if LOOKS_LIKE_ONE.search(p.read_bytes())] == []


@pytest.mark.parametrize(
    "key", ["sk-proj-" + "a1B2" * 12, "ghp_" + "a1B2" * 10, "AKIA" + "ABCD" * 4]
)
def test_a_key_would_be_found(key: str) -> None:
    assert LOOKS_LIKE_ONE.search(f"api_key: {key}\n".encode())


def test_no_file_holds_a_merge_that_nobody_finished() -> None:
    assert [str(path) for path in FILES if flaw_of(path.read_bytes(), path.name)] == []


def fields(value: object) -> set[str]:
    if isinstance(value, dict):
        return {str(key) for key in value}.union(*map(fields, value.values()))
    if isinstance(value, list):
        return set().union(*map(fields, value))
    return set()


def test_no_sample_has_a_field_that_takes_a_secret() -> None:
    samples = [path for path in FILES if path.suffix in (".yaml", ".yml")]

    assert samples
    for path in samples:
        for document in parse(path.read_text("utf-8")):
            assert not fields(document.value) & SECRET_FIELDS, path
