"""Whether the counts and lengths in a GGUF file fit the file, told before the ``gguf`` package acts on them.

That package takes a file at its word: a length of 2⁴⁰ in a damaged header keeps it busy for hours. The layout is
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

VERSIONS = (2, 3)
# Bytes of a value, by the number that stands for its type.
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
STRING, ARRAY = 8, 9
MOST_DIMENSIONS = 4
LARGEST_ARRAY = 2**22  # a vocabulary, say


def check_header(path: Path) -> None:
    """Walk the header.

    Raises:
        ValueError: in one line, the file and the rule that it breaks.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError(f"{path}: is not a GGUF file")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                _walk(_Walker(data))
            except ValueError as error:
                raise ValueError(f"{path}: is a damaged GGUF file: {error}") from None


class _Walker:
    """A place in the file that moves forward and never beyond the end."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.place = 4

    def skip(self, size: int) -> None:
        if size > len(self.data) - self.place:
            raise ValueError(
                f"at byte {self.place}: {size} bytes are announced, {len(self.data) - self.place} are left"
            )
        self.place += size

    def number(self, form: str) -> int:
        start = self.place
        self.skip(struct.calcsize(form))
        value: int = struct.unpack_from(form, self.data, start)[0]
        return value

    def text(self) -> None:
        self.skip(self.number("<Q"))

    def value(self, kind: int) -> None:
        if kind in SIZES:
            self.skip(SIZES[kind])
        elif kind == STRING:
            self.text()
        elif kind == ARRAY:
            self.array()
        else:
            raise ValueError(f"at byte {self.place}: {kind} stands for no type of value")

    def array(self) -> None:
        kind, count = self.number("<I"), self.number("<Q")
        if kind == ARRAY:
            raise ValueError(f"at byte {self.place}: arrays inside arrays are not read")
        if count > LARGEST_ARRAY:
            raise ValueError(f"at byte {self.place}: an array of {count} values is longer than {LARGEST_ARRAY}")
        for _ in range(count):
            self.value(kind)


def _walk(walker: _Walker) -> None:
    version = walker.number("<I")
    if version not in VERSIONS:
        raise ValueError(f"version {version} is none of {', '.join(map(str, VERSIONS))}, little-endian")
    tensors, fields = walker.number("<Q"), walker.number("<Q")
    for _ in range(fields):
        walker.text()
        walker.value(walker.number("<I"))
    for _ in range(tensors):
        walker.text()
        dimensions = walker.number("<I")
        if dimensions > MOST_DIMENSIONS:
            raise ValueError(
                f"at byte {walker.place}: a tensor of {dimensions} dimensions, more than {MOST_DIMENSIONS}"
            )
        walker.skip(8 * dimensions + 12)  # the lengths, the type and the place of its data
