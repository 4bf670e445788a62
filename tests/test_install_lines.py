"""The package's name on the index belongs to somebody else: nobody may be told to install that."""

import re
import tomllib
from pathlib import Path

import pytest

from provisioner.model.distribution import DISTRIBUTION, install_extra

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TEXTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("provisioner/**/*.py"),
    *ROOT.glob(".github/**/*.yml"),
    *ROOT.glob("templates/**/*.yml"),
    ROOT / ".ci" / "run",
    ROOT / "Containerfile",
]
INSTALL = re.compile(r"(?:pip|uv|pipx)(?: pip)? install ([^\n`]*)")


def test_the_constant_is_the_name_of_the_project() -> None:
    assert PROJECT["name"] == DISTRIBUTION


def test_no_text_installs_that_name_from_the_index() -> None:
    lines = [
        (path.relative_to(ROOT), found[1])
        for path in TEXTS
        for found in INSTALL.finditer(path.read_text("utf-8"))
    ]
    assert len(lines) > 5
    words = {(path, word.strip("'\"")) for path, line in lines for word in line.split()}
    assert [w for w in words if re.fullmatch(rf"{DISTRIBUTION}(\[.*|[=<>~].*)?", w[1])] == []


def test_no_text_names_an_extra_by_that_name() -> None:
    extra = re.compile(r"(?:\{DISTRIBUTION\}|\b" + DISTRIBUTION + r")\[[a-z]+\]")
    assert [path for path in TEXTS if extra.search(path.read_text("utf-8"))] == []


def test_every_extra_that_a_text_names_exists() -> None:
    named = {
        extra
        for path in TEXTS
        for found in re.finditer(r"'\.\[([a-z0-9,_-]+)\]'", path.read_text("utf-8"))
        for extra in found[1].split(",")
    }
    assert named
    assert named <= PROJECT["optional-dependencies"].keys()


@pytest.mark.parametrize(("extra", "package"), [("foundry", "azure-identity"), ("s3", "s3fs")])
def test_an_extra_is_told_by_the_package_that_it_stands_for(extra: str, package: str) -> None:
    assert install_extra(extra, package).startswith(f"pip install {package} ")
    wanted = PROJECT["optional-dependencies"][extra]
    assert [re.split(r"[><=~]", one)[0] for one in wanted] == [package]
