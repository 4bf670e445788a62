"""Turn a folder of YAML manifests into the desired side of a plan: `read → check → resolve`.

Every verb that reads manifests calls `load`. It raises nothing for a bad manifest: each problem
becomes a Diagnostic, so that one run reports all problems of a folder.
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
    """The result of `load`: the resources that a folder declares, and the problems found in it.

    `desired` is complete only if no diagnostic is an error. `declared` is `desired` before the
    fields and kinds in the target's `drop:` are left out, and `dropped` has the paths that were
    left out of each resource. `targets` and `environments` are the names that the Stack defines.
    `borrowed` are resources whose objects belong to somebody else, so that their spec is an id
    alone. `files` are the real paths of all local files that manifests name. `allowances` are the
    comments in manifests that allow a finding.
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
        """Return the position of the field that a diff path such as `tools[a].parameters` names.

        If no manifest writes that field, return the position of the nearest field around it; None
        for an address that no manifest declares.
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
    trusted: Path | None = None,
) -> Loaded:
    """Return everything that the folder at `path` declares, for one environment and target.

    `variables` are texts from `--var NAME=TEXT`. They take precedence over `var_files`, later files
    over earlier ones, and files over `ambient`, which are environment variables: of these, only
    declared variables are used. `environ` is the environment that `${env:NAME}` reads. `runtimes`
    has every runtime by name, for the fields that each supports.
    If the folder is that of a proposal, `trusted` is the folder whose Stack says where requests go.
    """
    # Imported inside of the function: an application that calls `provisioner.load` reads the Stack
    # alone, and starts faster without the loader of whole folders.
    from provisioner.source.folder import Folder
    from provisioner.source.manifest import Report
    from provisioner.source.proposed import trusted_stack
    from provisioner.source.stack_targets import Choice
    from provisioner.source.varfiles import Chosen

    report = Report()
    folder = Folder(path, Choice(environment, target), environ, runtimes, report)
    folder.trusted = trusted_stack(trusted) if trusted else None
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
