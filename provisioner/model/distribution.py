"""Defines the name of this distribution, and phrases that say how to install its extras."""

DISTRIBUTION = "provisioner"
"""The name of the distribution in `pyproject.toml`.

On PyPI this name belongs to another project. So no message may tell users to `pip install` it: this
package is installed from a checkout of its repository.
"""


def install_extra(extra: str, package: str) -> str:
    """Return a phrase that says how to install `package`, which belongs to the extra `extra`."""
    return f"pip install {package} (or, in a checkout of this project: pip install '.[{extra}]')"
