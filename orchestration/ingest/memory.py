"""How a process keeps its memory while blocks come and go. Nothing of files or rows."""

import ctypes
from typing import Final

# Numbers of glibc's <malloc.h>.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_KEPT: Final = 256 * 2**20
_LARGEST: Final = 32 * 2**20
"""The largest piece that glibc takes from what was freed before."""


def keep_freed_memory() -> None:
    """Have this process keep up to 256 MiB of freed memory for the next block.

    A block that is given back to the system and taken anew is cleared page by page, a tenth of the work of
    reading. Where the C library is another than glibc, nothing changes.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_TRIM_THRESHOLD, _KEPT)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
