"""A client of the Language Server Protocol over the pipes of a process: as much as an editor needs."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

Json = dict[str, Any]

SETTINGS: Json = {
    "yaml": {
        "completion": True,
        "hover": True,
        "validate": True,
        "schemaStore": {"enable": False, "url": ""},
    },
    "http": {"proxy": "", "proxyStrictSSL": False},
    "[yaml]": {},
    "editor": {"tabSize": 2},
}
"""The answers of an editor to a server that asks for its settings, by section."""


class Client:
    """One server, started for as long as the client is entered."""

    def __init__(self, command: Sequence[str], root: Path) -> None:
        self.root, self.asked = root, 0
        self.problems: dict[str, list[Json]] = {}
        self.process = subprocess.Popen(
            [*command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Self:
        folder = {"uri": self.root.as_uri(), "name": self.root.name}
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                "hover": {"contentFormat": ["markdown"]},
                "publishDiagnostics": {},
            },
        }
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": folder["uri"],
                "workspaceFolders": [folder],
                "capabilities": capabilities,
            },
        )
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": SETTINGS})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.communicate(timeout=30)

    def open(self, path: Path, text: str) -> None:
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, version: int, text: str) -> None:
        document = {"uri": path.as_uri(), "version": version}
        self.tell(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [{"text": text}]},
        )

    def hover(self, path: Path, line: int, column: int) -> str:
        """The text that is shown for the word at a place, both counted from 0; empty for none."""
        found = self.ask("textDocument/hover", _place(path, line, column))
        contents = (found or {}).get("contents", "")
        return str(contents["value"] if isinstance(contents, dict) else contents)

    def complete(self, path: Path, line: int, column: int) -> list[str]:
        """The words that are offered at a place."""
        found = self.ask("textDocument/completion", _place(path, line, column)) or []
        items = found["items"] if isinstance(found, dict) else found
        return [str(item["label"]) for item in items]

    def ask(self, method: str, params: Json | None) -> Any:
        """Send a request, answer what the server asks meanwhile, and return the result."""
        self.asked += 1
        self._send({"id": self.asked, "method": method, "params": params})
        while True:
            message = self._read()
            if "method" in message:
                self._answer(message)
            elif message.get("id") == self.asked:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message.get("result")

    def tell(self, method: str, params: Json | None) -> None:
        self._send({"method": method, "params": params})

    def _answer(self, message: Json) -> None:
        if message["method"] == "textDocument/publishDiagnostics":
            self.problems[message["params"]["uri"]] = message["params"]["diagnostics"]
        if "id" not in message:
            return
        result: Any = None
        if message["method"] == "workspace/configuration":
            wanted = message["params"]["items"]
            result = [SETTINGS.get(item.get("section", "")) for item in wanted]
        self._send({"id": message["id"], "result": result})

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _read(self) -> Json:
        assert self.process.stdout
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            if not line:
                raise RuntimeError("the language server ended")
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: Json = json.loads(self.process.stdout.read(length))
        return message


def _place(path: Path, line: int, column: int) -> Json:
    return {
        "textDocument": {"uri": path.as_uri()},
        "position": {"line": line, "character": column},
    }
