"""Turn a folder of YAML into the desired side: `read → check → resolve`.

Nothing here raises for a bad manifest: every problem is a Diagnostic, and all are found in one run.
"""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from provisioner.model.address import Address
    from provisioner.model.allowance import Allowance
    from provisioner.model.diagnostic import Diagnostic, Position
    from provisioner.model.resource import Resource
    from provisioner.model.runtime import Runtime
    from provisioner.model.stack import Stack
    from provisioner.source.draft import Draft

__all__ = ["Loaded", "load"]


@frozen
class Loaded:
    """The content of a folder.

    Use `desired` only if no diagnostic is an error: else it is not whole.

    `dropped` are the fields that the target's `drop:` leaves out; `declared` is desired before it
    did. `targets` and `environments` are the names that the Stack has. `borrowed` are objects that are only referred to:
    their spec is their id. `files` are the real paths of all files that manifests name. `allowances`
    are the comments of the manifests that allow something.
    """

    stack: Stack | None = None
    desired: Mapping[Address, Resource] = field(default_factory=dict)
    dropped: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    declared: Mapping[Address, Resource] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    borrowed: Mapping[Address, Resource] = field(default_factory=dict)
    files: frozenset[Path] = frozenset()
    allowances: tuple[Allowance, ...] = ()
    _drafts: Mapping[Address, Draft] = field(default_factory=dict, repr=False)

    def position(self, address: Address, path: str = "") -> Position | None:
        """Return the place at which a diff path such as `tools[a].parameters` is written.

        If it is written nowhere, that is the place of the nearest field around it.
        """
        from provisioner.source.where import where

        return where(self._drafts, address, path)


def load(
    path: Path,
    *,
    environment: str | None = None,
    target: str | None = None,
    variables: Mapping[str, str] = {},
    var_files: Sequence[Path] = (),
    ambient: Mapping[str, str] = {},
    environ: Mapping[str, str] = os.environ,
    runtimes: Mapping[str, Runtime],
) -> Loaded:
    """Return everything that the folder at `path` declares, for one environment and target.

    `variables` are texts, as `--var NAME=TEXT` gives them; they win over `var_files`, later files
    over earlier ones, and these over `ambient`, of which only declared variables are taken. `runtimes` is the table of what each runtime supports.
    """
    # All that an application which reads the Stack alone does not need.
    from provisioner.source.folder import Folder
    from provisioner.source.manifest import Report
    from provisioner.source.stack import Choice
    from provisioner.source.varfiles import Chosen

    report = Report()
    folder = Folder(path, Choice(environment, target), environ, runtimes, report)
    loaded = folder.load(Chosen(variables, var_files, ambient))
    told = report.sorted()
    return Loaded(
        *loaded,
        told,
        folder.declared,
        folder.targets,
        folder.environments,
        folder.borrowed,
        folder.files,
        folder.allowances,
        folder.drafts,
    )
