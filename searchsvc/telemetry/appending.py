"""Appends whole lines to an open file: all of them or none, whatever happened to it before."""

import os

_LOOKED_AT = 64 * 1024  # bytes that are looked through for the end of the line before


def extend(file: int, data: bytes) -> None:
    """Append `data`, which ends a line, to a file that is open for both and locked.

    A killed process or a full disk may have left half a line, which is cut off. Raises OSError;
    then the file is as it was.
    """
    before = _whole(file)
    written = 0
    try:
        written = os.write(file, data)
    finally:
        if written != len(data):
            os.ftruncate(file, before)
    if written != len(data):
        raise OSError("the disk is full")


def _whole(file: int) -> int:
    """The size of the file, whose last line has ended."""
    size = os.fstat(file).st_size
    if not size or os.pread(file, 1, size - 1) == b"\n":
        return size
    begin = max(0, size - _LOOKED_AT)
    kept = begin + os.pread(file, size - begin, begin).rfind(b"\n") + 1
    os.ftruncate(file, kept)
    return kept
