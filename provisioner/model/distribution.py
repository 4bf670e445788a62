"""The name under which this package is installed, and how its extras are."""

DISTRIBUTION = "provisioner"
"""The name in `pyproject.toml`. On the package index that name belongs to somebody else's project, so
no install line may name it there: this package is installed from a checkout of its repository."""


def install_extra(extra: str, package: str) -> str:
    """Return the words that tell how to install the package that an extra of ours stands for."""
    return f"pip install {package} (or, in a checkout of this project: pip install '.[{extra}]')"
