"""The embedded server: the platform's wire over SQLite, for development, tests and `serve`.

It imports nothing from the rest of the package. So a mistake in the package's own reading of the API
cannot be repeated here, and tests against this server find it.
"""

from provisioner.emulator.app import App, create_app
from provisioner.emulator.core.server import Server, make_server

__all__ = ["App", "Server", "create_app", "make_server"]
