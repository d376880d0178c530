"""A disk that keeps only what was synced: what `synced.c` noted, replayed up to a moment at which the power went."""

from __future__ import annotations

import random
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.trust.durability.compiled import library

SOURCE = Path(__file__).parent / "synced.c"
RECORD = struct.Struct("=c103sqq")
Write = tuple[bytes, int, bytes]
"""An operation that is not synced yet: which, where, and the bytes."""


def recorder(directory: Path) -> Path:
    """The library to preload, compiled."""
    return library(SOURCE, directory)


@dataclass
class Disk:
    """Each file by its name: the bytes that a power cut leaves, and what was written since and may be gone."""

    synced: dict[str, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    waiting: dict[str, list[Write]] = field(default_factory=lambda: defaultdict(list))
    syncs: int = 0

    def do(self, operation: bytes, name: str, offset: int, written: bytes) -> None:
        match operation:
            case b"s":
                self.syncs += 1
                for write in self.waiting.pop(name, []):
                    _apply(self.synced[name], write)
            case b"u":
                self.synced.pop(name, None)
                self.waiting.pop(name, None)
            case _:
                self.waiting[name].append((operation, offset, written))

    def cut(self, into: Path, chance: random.Random | None) -> None:
        """Write the files that are left into a directory; with `chance`, some of what was not synced is there too."""
        into.mkdir()
        for name in {*self.synced, *self.waiting}:
            left = bytearray(self.synced.get(name, b""))
            for write in self.waiting.get(name, []):
                if chance is not None and chance.random() < 0.5:
                    _apply(left, write)
            (into / name).write_bytes(left)


def _apply(content: bytearray, write: Write) -> None:
    operation, offset, written = write
    if operation == b"t":
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(written)] = written


def operations(log: bytes) -> Iterator[tuple[int, tuple[bytes, str, int, bytes]]]:
    """Every operation that was noted, with where its record ends."""
    at = 0
    while at + RECORD.size <= len(log):
        operation, name, offset, length = RECORD.unpack_from(log, at)
        at += RECORD.size
        written = log[at : at + length] if operation == b"w" else b""
        at += len(written)
        yield at, (operation, name.rstrip(b"\0").decode(), offset, written)
