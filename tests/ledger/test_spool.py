"""The spool: lines of many writers, of which none is lost while somebody takes the file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Event, Thread

import pytest

from provisioner.ledger.spool import REJECTED, WAITING, Spool, spool_at


def lines(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line]


def test_a_spool_is_for_this_user_alone_and_grows_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spool = spool_at(None)
    assert spool.is_empty

    spool.append(b"one")
    spool.append(b"two")

    file = Path(".provisioner", "spool", WAITING)
    assert lines(file) == ["one", "two"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(f.stat().st_mode) for f in (file.parent, file.parent.parent)] == [
        0o700
    ] * 2
    assert Path(".provisioner", ".gitignore").read_text() == "*\n"
    with pytest.raises(OSError, match="the spool has reached 12 bytes"):
        Spool(file.parent, most=12).append(b"too much")
    assert lines(file) == ["one", "two"]


def test_a_file_that_was_taken_and_not_done_is_taken_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(b"one")
    [first] = spool.take()
    spool.append(b"two")

    both = list(spool.take())

    assert (both[0], [lines(file) for file in both]) == (first, [["one"], ["two"]])
    for file in both:
        spool.done(file)
        spool.done(file)
    assert spool.is_empty
    assert list(spool.take()) == []


def test_a_line_that_was_cut_short_spoils_no_other(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (tmp_path / WAITING).write_bytes(b'\n{"id": "a"}\n{"id": ')
    spool.append(b'{"id": "b"}')
    spool.reject(b"bad")
    spool.reject(b"worse")

    [file] = spool.take()

    assert lines(file) == ['{"id": "a"}', '{"id": ', '{"id": "b"}']
    assert lines(tmp_path / REJECTED) == ["bad", "worse"]


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / WAITING).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic"):
        Spool(tmp_path).append(b"one")


def test_a_line_whose_file_is_taken_before_it_is_written_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, write = Spool(tmp_path), os.write
    spool.append(b"one")

    def late(number: int, data: bytes) -> int:
        """Write after somebody has taken the file, read it and deleted it."""
        monkeypatch.setattr(os, "write", write)
        for file in spool.take():
            spool.done(file)
        return write(number, data)

    monkeypatch.setattr(os, "write", late)
    spool.append(b"two")

    assert lines(tmp_path / WAITING) == ["two"]


def test_no_line_is_lost_while_the_file_is_taken_again_and_again(tmp_path: Path) -> None:
    spool, over, each = Spool(tmp_path), Event(), 400

    def write(name: str) -> None:
        for number in range(each):
            spool.append(f"{name}{number}".encode())

    found: list[str] = []

    def take() -> None:
        while True:
            last = over.is_set()
            for file in spool.take():
                found.extend(lines(file))
                spool.done(file)
            if last:
                return

    writers = [Thread(target=write, args=(name,)) for name in "abc"]
    taker = Thread(target=take)
    for thread in (*writers, taker):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    taker.join()

    assert set(found) == {f"{name}{number}" for name in "abc" for number in range(each)}
