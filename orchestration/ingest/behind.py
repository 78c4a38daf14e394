"""Work done behind the thread that makes it, of which only so much may wait. Nothing of files or rows."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, Self

P = ParamSpec("P")

_WAITING: Final = 2
"""Pieces that may wait to be written while the next one is made."""


class Behind:
    """Work that is begun in the order it was handed over; used as a context, done when it is left.

    An error of the work is raised when later work is handed over, or at the end.

    Parameters
    ----------
    at_once : pieces that may be worked on side by side; with one, each is done before the next begins.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._threads = ThreadPoolExecutor(at_once)
        self._most = at_once - 1 + _WAITING
        self._pending: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            # An error on the way here is told before any of the work behind it.
            while kind is None and self._pending:
                self._pending.popleft().result()
        finally:
            self._threads.shutdown(wait=True)

    def submit(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Hand work over; waits while too much of it is waiting."""
        self._pending.append(self._threads.submit(work, *args, **kwargs))
        if len(self._pending) > self._most:
            self._pending.popleft().result()
