"""The documentation as a site: `sphinx-build -W docs OUT`. A dead link ends the build.

The pages are written for a reader of the repository, and link into it. On the site, the README is
the first page, CONTRIBUTING and CHANGELOG are pages too, and other files of the repository are named
without a link.
"""

import re
from pathlib import Path
from posixpath import normpath

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Files at the top of the repository that are pages, and the names of their pages."""
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")

project = "provisioner"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "provisioner"
# Headings of four levels can be linked to, spelled as GitHub spells their anchors.
myst_heading_anchors = 4
# Diagrams are drawn by GitHub, and shown as text on the site.
suppress_warnings = ["misc.highlighting_failure"]


def on_the_site(text: str, folder: str) -> str:
    """Return a page with its links as the site needs them. `folder` is that of the file, from ROOT.

    Raises ExtensionError for a link to a file that is not there.
    """

    def changed(link: re.Match[str]) -> str:
        said, path, anchor = link[1], normpath(f"{folder}/{link[2]}"), link[3] or ""
        if not (ROOT / path).exists():
            raise ExtensionError(f"{folder}: {link[0]} leads to no file")
        if path in PAGES:
            return f"[{said}](/{PAGES[path]}{anchor})"
        if path.startswith("docs/") and path.endswith(".md"):
            return f"[{said}](/{path.removeprefix('docs/')}{anchor})"
        return said

    return LINK.sub(changed, text)


def read_source(_app: Sphinx, page: str, source: list[str]) -> None:
    """Take the text of a page from its file at the top of the repository, and change its links."""
    top = {name.removesuffix(".md"): file for file, name in PAGES.items()}
    if page in top:
        text = (ROOT / top[page]).read_text(encoding="utf-8")
        source[0] = on_the_site(text, ".") + "\n" + source[0]
    else:
        source[0] = on_the_site(source[0], f"docs/{page}".rpartition("/")[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", read_source)
