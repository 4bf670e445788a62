"""Find the repository from which this program was installed, and the commit."""

import json
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from provisioner.model.distribution import DISTRIBUTION
from provisioner.verbs._shared.git import git


def installed_from(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the URL of the repository and the commit; two empty texts where nobody wrote them down.

    pip writes them down for an install from a repository. For one from a checkout, git is asked.
    """
    try:
        written = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
        found = json.loads(written or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return "", ""
    url, vcs = str(found.get("url") or ""), found.get("vcs_info")
    if isinstance(vcs, dict):
        return url, str(vcs.get("commit_id") or "")
    parts = urlsplit(url)
    if parts.scheme != "file":
        return "", ""
    folder = Path(unquote(parts.path))
    origin = git(folder, environ, "remote", "get-url", "origin") or ""
    return origin, (git(folder, environ, "rev-parse", "HEAD") or "") if origin else ""


def on_host(url: str, host: str) -> str:
    """Return `OWNER/REPOSITORY` of a URL of this host, in any of git's spellings; else an empty text."""
    pattern = rf"(?:https://|ssh://git@|git@){re.escape(host)}[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?"
    found = re.fullmatch(pattern, url)
    return found[1] if found else ""
