"""DuckDB as readers have it, 1.1 to 1.5, beside the one in use: installed once from its lock, into build/.

`python -m tests.older_duckdb` installs all of them; a test that needs one installs it when it is not there.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted(ROOT.glob("requirements-duckdb-*.lock"))


def version_of(lock: Path) -> str:
    """Version that a lock pins."""
    found = re.search(r"^duckdb==(\S+)", lock.read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def installed(lock: Path) -> Path:
    """Folder to be put before everything else on the path; made when it is not there."""
    kept = ROOT / "build" / "older_duckdb"
    kept.mkdir(parents=True, exist_ok=True)
    python = f"{sys.version_info.major}{sys.version_info.minor}"
    folder = kept / f"{version_of(lock)}-py{python}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:8]}"
    with FileLock(kept / "install.lock"):
        if not folder.exists():
            aside = kept / "installing"
            shutil.rmtree(aside, ignore_errors=True)
            subprocess.run(
                [
                    sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                    "--no-deps", "--require-hashes", "--target", str(aside), "--requirement", str(lock),
                ],
                check=True,
            )  # fmt: skip
            aside.rename(folder)
    return folder


if __name__ == "__main__":
    for one in LOCKS:
        installed(one)
