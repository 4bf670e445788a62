"""The steps of a soak: register, select, retire with workers of which some are killed, and look."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from provisioner.ledger.location import location
from provisioner.ledger.opening import ledger_to_read
from tests.soak.server import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {{name: soak, id: k3v9q0x7dp}}
spec:
  default_target: live
  targets: {{live: {{runtime: assistants, base_url: "http://127.0.0.1:{port}/v1"}}}}
"""
PATIENCE = 3600
"""Seconds that a soak may take for one step."""
CLAIM_ENDS = 62
"""Seconds after which the claim of a worker that was killed has ended."""
TRACK = """
import sys, time, provisioner
slowest, began = 0.0, time.perf_counter()
for number in range(int(sys.argv[1])):
    at = time.perf_counter()
    provisioner.track(f"thread_{{number}}", kind="thread", ttl="30d", owner=f"user:{{number % 1000}}")
    slowest = max(slowest, time.perf_counter() - at)
print(time.perf_counter() - began, slowest)
""".replace("{{", "{").replace("}}", "}")


@dataclass
class Ended:
    """A process that has ended: its exit code, what it printed, its CPU seconds and its peak in MB."""

    code: int
    out: str
    cpu: float
    peak: float


@dataclass
class Soak:
    """One soak on one ledger. `url` is the ledger as `--ledger` takes it."""

    folder: Path
    url: str
    port: int
    parallelism: int = 8
    ended: list[Ended] = field(default_factory=list)

    def __post_init__(self) -> None:
        manifests = self.folder / "manifests"
        manifests.mkdir(exist_ok=True)
        (manifests / "stack.yaml").write_text(STACK.format(port=self.port), encoding="utf-8")

    @property
    def account(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "provisioner", "threads", *words, "--ledger", self.url]
        return subprocess.Popen(
            command, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def finish(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for a process, and take its resources from the operating system."""
        out = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = used.ru_utime + used.ru_stime
        ended = Ended(process.returncode, out, cpu, used.ru_maxrss / 1024)
        self.ended.append(ended)
        return ended

    def lines(self, count: int, expired: int) -> Path:
        """Write a file that registers `count` threads, of which the first `expired` are past their time."""
        file, now = self.folder / "threads.jsonl", time.time()
        with file.open("w", encoding="utf-8") as stream:
            for number, id in enumerate(names(count)):
                end = now - 1000 + number % 900 if number < expired else now + 86_400 + number
                stream.write(
                    f'{{"id": "{id}", "kind": "thread", "owner": "user:{number % 5000}",'
                    f' "registered": {now - 90_000:.3f}, "expires": {end:.3f}}}\n'
                )
        return file

    def import_(self, file: Path) -> Ended:
        ended = self.finish(self.start("import", str(file), "--format", "json"))
        assert ended.code == 0, ended.out
        return ended

    def select(self) -> tuple[float, int]:
        """Return the seconds of counting the expired and selecting a thousand of them, and the count."""
        where = location(self.url, self.folder)
        assert where is not None
        with ledger_to_read(where) as opened:
            began = time.perf_counter()
            count = opened.tracked.count_expired(self.account)
            opened.tracked.expired(self.account, limit=1000)
            return time.perf_counter() - began, count

    def retire(self) -> subprocess.Popen[str]:
        words = ("retire", "--yes", "--format", "json", "--parallelism", str(self.parallelism))
        return self.start(*words)

    def counted(self) -> dict[str, Any]:
        """Return what the server counted."""
        body: dict[str, Any] = httpx2.get(f"http://{self.account}/soak", timeout=60).json()
        return body

    def until(self, deleted: int) -> None:
        """Wait until so many threads have been deleted."""
        give_up = time.monotonic() + PATIENCE
        while self.counted()["deleted"] < deleted:
            if time.monotonic() > give_up:
                raise SystemExit("it takes too long")
            time.sleep(0.2)

    def in_turns(self, expired: int, workers: int) -> list[dict[str, Any]]:
        """Retire with several workers. One is killed and one is stopped on the way; both are replaced.

        Returns what the workers reported that ended by themselves or were stopped.
        """
        before = self.counted()["deleted"]
        running = [self.retire() for _ in range(workers)]
        self.until(before + expired // 5)
        killed, stopped = running.pop(0), running.pop(0)
        killed.kill()
        self.finish(killed)
        self.until(before + expired // 3)
        stopped.send_signal(signal.SIGTERM)
        told = [self._report(self.finish(stopped), 143)]
        running += [self.retire() for _ in range(2)]
        told += [self._report(self.finish(process), 0) for process in running]
        if self.counted()["deleted"] < before + expired or self.select()[1]:
            time.sleep(CLAIM_ENDS)
            told.append(self._report(self.finish(self.retire()), 0))
        return told

    def _report(self, ended: Ended, code: int) -> dict[str, Any]:
        assert ended.code == code, (ended.code, ended.out)
        report: dict[str, Any] = json.loads(ended.out)
        assert report["failed"] == 0, report
        return report


@contextmanager
def server(folder: Path, words: Sequence[object]) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run the server of a soak in a process of its own, and yield its port."""
    port_file = folder / "port"
    command = [sys.executable, "-m", "tests.soak.server", ":memory:", str(port_file)]
    process = subprocess.Popen([*command, *map(str, words)])
    try:
        while not port_file.exists() or not port_file.read_text():
            if process.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.1)
        yield int(port_file.read_text()), process
    finally:
        process.terminate()
        process.wait()


def tracked(folder: Path, count: int) -> tuple[float, float]:
    """Register threads as an application does. Returns the microseconds of each, and the slowest in ms."""
    done = subprocess.run(
        [sys.executable, "-c", TRACK, str(count)],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("PROVISIONER_")},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, slowest = map(float, done.stdout.split())
    return seconds / count * 1e6, slowest * 1000
