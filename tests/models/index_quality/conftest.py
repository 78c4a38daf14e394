"""Puts the makers of this folder (published, gaming) within reach of its tests, on one BLAS thread."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _one_blas_thread() -> Iterator[None]:
    """Many small products wait for threads that other processes hold."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
