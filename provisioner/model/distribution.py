"""The name under which this package is installed, and the install lines of its extras."""

DISTRIBUTION = "provisioner"
"""The name in `pyproject.toml`.

On the package index this name belongs to another project. So no install line may use it there: this
package is installed from a checkout of its repository.
"""


def install_extra(extra: str, package: str) -> str:
    """Return a phrase that says how to install the package of one of our extras."""
    return f"pip install {package} (or, in a checkout of this project: pip install '.[{extra}]')"
