"""A server that holds the objects of a folder ready: `python -m tests.benchmarks.server FOLDER`.

It answers lists and single objects out of memory, so that what is measured is the client. It prints
its base URL and serves until its standard input is closed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.folder import rows_of_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Mapping[str, Sequence[Mapping[str, Any]]]

PREFIX = "/v1/"
MOST = 100
"""Rows of a page, at most."""


class Held:
    """The answers to every list and every object, as bytes."""

    def __init__(self, rows: Rows) -> None:
        self.rows = {f"{kind}s": [json.dumps(row) for row in found] for kind, found in rows.items()}
        self.at = {
            collection: {row["id"]: at for at, row in enumerate(rows[collection[:-1]])}
            for collection in self.rows
        }
        self.ids = {collection: list(at) for collection, at in self.at.items()}
        """The ids by collection, the oldest row first."""

    def answer(self, path: str, query: Mapping[str, list[str]]) -> bytes | None:
        """The body of a GET; None where there is nothing."""
        collection, _, id = path.partition("/")
        if collection not in self.rows or "/" in id:
            return json.dumps({"object": "list", "data": [], "has_more": False}).encode()
        if id:
            at = self.at[collection].get(id)
            return None if at is None else self.rows[collection][at].encode()
        return self._page(collection, query)

    def _page(self, collection: str, query: Mapping[str, list[str]]) -> bytes:
        """One page of a list, the newest rows first unless the query says otherwise."""
        step = 1 if query.get("order") == ["asc"] else -1
        rows, ids = self.rows[collection][::step], self.ids[collection][::step]
        begin = 0
        if after := query.get("after", [""])[0]:
            at = self.at[collection][after]
            begin = at + 1 if step == 1 else len(ids) - at
        end = begin + min(int(query.get("limit", ["20"])[0]), MOST)
        shown = ids[begin:end]
        first, last = (shown[0], shown[-1]) if shown else (None, None)
        rest = json.dumps({"has_more": end < len(ids), "first_id": first, "last_id": last})
        return f'{{"object":"list","data":[{",".join(rows[begin:end])}],{rest[1:]}'.encode()


def handler_of(held: Held, latency: float) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            time.sleep(latency)
            url = urlsplit(self.path)
            body = held.answer(url.path.removeprefix(PREFIX), parse_qs(url.query))
            self.send_response(200 if body is not None else 404)
            body = body if body is not None else b'{"error": {"message": "There is none."}}'
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.server")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--latency", type=float, default=0, help="seconds before each answer")
    parser.add_argument("--changed", action="store_true", help="all instructions as edited by hand")
    given = parser.parse_args()
    held = Held(rows_of_folder(given.folder, changed=given.changed))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(held, given.latency))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/v1\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
