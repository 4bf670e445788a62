"""Drives a real Chromium by its DevTools protocol, through two pipes.

It needs no port, no driver and no package. Tests of HTML pages use it.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM: Final = next(filter(None, map(shutil.which, NAMES)), None)
"""The path of the browser, or None if none is installed."""
OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-extensions"),
    *("--force-color-profile=srgb", "--hide-scrollbars", "--remote-debugging-pipe"),
)
KEYS: Final = {"Tab": 9, "Enter": 13, " ": 32}
"""The code of each key that a test presses."""


@dataclass
class Browser:
    """One page of a running browser. `requested` are the URLs that the page has requested.

    `to` is the pipe to the browser, and `answers` the descriptor of the pipe from it. `session` is
    the id by which commands name the page. `count` is the number of commands sent, and `loaded` the
    number of pages loaded. `unread` is the beginning of a message that has not arrived whole.
    """

    to: BinaryIO
    answers: int
    session: str = ""
    requested: list[str] = field(default_factory=list)
    count: int = 0
    loaded: int = 0
    unread: bytes = b""

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result. Raises RuntimeError if the browser refuses it."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.to.write(json.dumps(message).encode() + b"\0")
        self.to.flush()
        number = self.count
        while True:
            said = self._next()
            if said.get("id") == number:
                if "error" in said:
                    raise RuntimeError(said["error"]["message"])
                result: dict[str, Any] = said["result"]
                return result

    def _next(self) -> dict[str, Any]:
        """Read one message, and record the requests and the loading of the page."""
        while b"\0" not in self.unread:
            self.unread += os.read(self.answers, 1 << 16)
        text, _, self.unread = self.unread.partition(b"\0")
        said: dict[str, Any] = json.loads(text)
        if said.get("method") == "Network.requestWillBeSent":
            self.requested.append(said["params"]["request"]["url"])
        if said.get("method") == "Page.loadEventFired":
            self.loaded += 1
        return said

    def open(self, page: Path, *, dark: bool = False, width: int = 1280) -> None:
        """Show a file, in light or dark colours, in a window that is `width` pixels wide."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=scheme)
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        before = self.loaded
        self.requested.clear()
        self.call("Page.navigate", url=page.as_uri())
        while self.loaded == before:
            self._next()

    def value(self, expression: str) -> Any:
        """Run JavaScript on the page and return its value. A promise is awaited."""
        said = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"])
        return said["result"].get("value")

    def press(self, key: str) -> None:
        """Send the events of a key that is pressed and released."""
        text = {"Enter": "\r", " ": " "}.get(key)
        named = {"key": key, "windowsVirtualKeyCode": KEYS[key], "code": key}
        self.call(
            "Input.dispatchKeyEvent",
            type="keyDown" if text else "rawKeyDown",
            **named,
            **({"text": text} if text else {}),
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def picture(self, file: Path, *, top: int = 0, most: int = 20_000) -> None:
        """Save the page as a PNG, from `top` on and at most `most` pixels high."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        height = min(size["height"] - top, most)
        clip = {"x": 0, "y": top, "width": size["width"], "height": height, "scale": 1}
        said = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(said["data"]))


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium with an empty profile and one page, and stop it at the end."""
    assert CHROMIUM
    for_browser, to = os.pipe()
    answers, from_browser = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # With --remote-debugging-pipe, Chromium reads commands from descriptor 3 and answers on 4.
        line = f'exec "$0" "$@" 3<&{for_browser} 4>&{from_browser}'
        process = subprocess.Popen(
            ["bash", "-c", line, CHROMIUM, *OPTIONS, f"--user-data-dir={profile}"],
            pass_fds=(for_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # The browser has copies of these ends. If they stayed open here, its end would not be seen.
        os.close(for_browser)
        os.close(from_browser)
        with os.fdopen(to, "wb") as writer:
            page = Browser(writer, answers)
            try:
                target = page.call("Target.createTarget", url="about:blank")["targetId"]
                attached = page.call("Target.attachToTarget", targetId=target, flatten=True)
                page.session = attached["sessionId"]
                for domain in ("Page", "Network"):
                    page.call(f"{domain}.enable")
                yield page
            finally:
                process.terminate()
                process.wait(10)
                os.close(answers)
