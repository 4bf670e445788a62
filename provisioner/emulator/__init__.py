"""The embedded server: the platform's wire over SQLite, for development, tests and `serve`.

It imports nothing of the rest of the package, so that it stays an independent judge of it.
"""

from provisioner.emulator.app import App, create_app
from provisioner.emulator.core.server import Server, make_server

__all__ = ["App", "Server", "create_app", "make_server"]
