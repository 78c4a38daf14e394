"""What Dagster loads; the only module that reads the environment. Assembly is build.py's work."""

import os
from pathlib import Path

from orchestration.build import build_definitions

defs = build_definitions(
    Path(os.environ.get("MATURITY_HOME", "demo-home")).resolve(),
    given_key=os.environ.get("MATURITY_PSEUDONYM_KEY"),
)
