"""The embedded server of a soak, with faults at random, which counts how often each thread was deleted.

    python -m tests.soak.server DATA PORT_FILE COUNT ERRORS REFUSALS SEED

`/soak` answers with what was counted.
"""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.emulator import create_app, make_server
from provisioner.emulator.assistants.messages import THREAD
from provisioner.emulator.core.store import Row
from tests.support.habits import reply
from tests.support.servers import Wrapper

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Request, Response

    from provisioner.emulator.app import App

OK = 200


class Unreliable(Wrapper):
    """A server that answers a share of requests with an error, and refuses another share with 429.

    Every second error comes after the request was performed, so that its answer is lost.
    """

    def __init__(self, app: App, errors: float, refusals: float, seed: int) -> None:
        super().__init__(app)
        self.shares = (errors, refusals)
        self.random = random.Random(seed)  # noqa: S311 - no secret depends on it
        self.lock = threading.Lock()
        self.deleted: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()

    def answer(self, request: Request) -> Response:
        if request.path == "/soak":
            return reply(self.counted(), OK)
        errors, refusals = self.shares
        with self.lock:
            drawn, performs = self.random.random(), self.random.random() < 0.5
        if drawn < refusals:
            response = reply({"error": {"message": "Slow down."}}, 429, {"Retry-After": "0"})
        elif drawn < refusals + errors and not performs:
            response = reply({"error": {"message": "The server had an error."}}, 500)
        else:
            response = self.forward(request)
            if request.method == "DELETE" and response.status_code == OK:
                with self.lock:
                    self.deleted[request.path.rpartition("/")[2]] += 1
            if drawn < refusals + errors:
                response = reply({"error": {"message": "The server had an error."}}, 502)
        with self.lock:
            self.answers[response.status_code] += 1
        return response

    def counted(self) -> dict[str, object]:
        with self.lock:
            twice = [id for id, count in self.deleted.items() if count > 1]
            answers = {str(status): count for status, count in sorted(self.answers.items())}
            return {"deleted": len(self.deleted), "twice": twice, "answers": answers}


def seed(app: App, ids: Iterable[str]) -> None:
    """Put threads into the store of a server, past its API, which would take hours."""
    with app._store.transaction(write=True) as db:
        for id in ids:
            body = {"id": id, "object": "thread", "created_at": 0, "metadata": {}}
            db.insert(Row(THREAD, "", id, {**body, "tool_resources": {}}))


def names(count: int) -> Iterable[str]:
    """Yield the ids of the threads of a soak."""
    return (f"thread_{number:024x}" for number in range(count))


def main() -> None:
    data, port_file, count, errors, refusals, number = sys.argv[1:]
    app = create_app(data)
    seed(app, names(int(count)))
    server = make_server(Unreliable(app, float(errors), float(refusals), int(number)))
    Path(port_file).write_text(str(server.port), encoding="ascii")
    server.serve_forever()


if __name__ == "__main__":
    main()
