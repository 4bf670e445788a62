"""The embedded server: a local HTTP server that speaks OpenAI's API and stores its data in SQLite.

Targets with `server: embedded`, the tests and `provisioner serve` use it. It imports nothing from
the rest of the package. So a mistake that the package makes in reading the API cannot be repeated
here, and tests against this server find it.

Three words are used throughout. A *row* is one stored object. An *alarm* changes an object at a set
time without a request, for example when a vector store expires. The *stand-in model* is the code
that answers here where the platform asks a language model.
"""

from provisioner.emulator.app import App, create_app
from provisioner.emulator.core.server import Server, make_server

__all__ = ["App", "Server", "create_app", "make_server"]
