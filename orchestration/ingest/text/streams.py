"""Bytes of a delivered file in any encoding to blocks of UTF-8 with LF line ends. No records, no columns."""

import codecs
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, Final, TypeVar

from orchestration.errors import UnreadableFile

T = TypeVar("T")

BLOCK_BYTES: Final = 1 << 24
# Footers lie within so many bytes of the end; they are known only where these are read together.
_END_BYTES: Final = 1 << 16
_REMEDY: Final = (
    "declare its encoding (such as cp1252) for this source in maturity.yaml, or export it as UTF-8"
)


def utf8_blocks(file: BinaryIO, encoding: str, where: str, size: int) -> Generator[bytes, None, None]:
    """Blocks of about `size` bytes without byte-order mark; they may end anywhere, even inside a letter.

    Raises
    ------
    UnreadableFile
        Bytes that do not fit the encoding; of UTF-8 that is left to `check_text`.
    """
    is_utf8 = codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}
    decoder = None if is_utf8 else codecs.getincrementaldecoder(encoding)("strict")
    held, n_lines, is_first = b"", 0, True
    while True:
        raw = file.read(size)
        block = held + (raw if decoder is None else _transcoded(decoder, raw, n_lines, encoding, where))
        if is_first:
            block, is_first = block.removeprefix(codecs.BOM_UTF8), not block
        # A carriage return at the end belongs to the line end that the next block finishes.
        whole = block.rstrip(b"\r") if raw else block
        held = block[len(whole) :]
        whole = _unix_lines(whole)
        if decoder is not None:
            n_lines += whole.count(b"\n")
        if whole:
            yield whole
        if not raw:
            return


def with_long_end(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Blocks of about `size`; a last one too short to hold all footers joins the one before it."""
    least = min(_END_BYTES, size // 2)
    held = next(blocks, b"")
    for block in blocks:
        if len(block) >= least or len(held) > size + least:
            yield held
            held = block
        else:
            held += block
    if held:
        yield held


def check_text(block: bytes, line: int, encoding: str, where: str, stop: int | None = None) -> None:
    """Raise UnreadableFile, naming the line, where whole records are no UTF-8 or hold NUL characters.

    Parameters
    ----------
    line : physical line the block begins on.
    stop : only the bytes before it are looked at.
    """
    if block.isascii() and b"\x00" not in block:
        return
    block = block[:stop]
    if b"\x00" in block:
        at = line + block.count(b"\n", 0, block.index(b"\x00"))
        raise UnreadableFile(f"Line {at} holds NUL characters", where, "export it again as CSV in UTF-8")
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"Line {line + block.count(bytes([10]), 0, error.start)} does not fit the encoding {encoding}",
            where,
            _REMEDY,
        ) from None


def _transcoded(
    decoder: codecs.IncrementalDecoder, raw: bytes, n_lines: int, encoding: str, where: str
) -> bytes:
    try:
        return decoder.decode(raw, final=not raw).encode("utf-8")
    except UnicodeDecodeError as error:
        line = n_lines + error.object[: error.start].count(b"\n") + 1
        raise UnreadableFile(f"Line {line} does not fit the encoding {encoding}", where, _REMEDY) from None


def _unix_lines(block: bytes) -> bytes:
    if b"\r" not in block:
        return block
    return block.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def ahead(items: Generator[T, None, None]) -> Iterator[T]:
    """Items of a generator in their order, the next one being made while one is used."""
    with ThreadPoolExecutor(1) as thread:
        try:
            following = thread.submit(next, items, None)
            while (item := following.result()) is not None:
                following = thread.submit(next, items, None)
                yield item
        finally:
            following.cancel()
            thread.shutdown()
            items.close()
