"""Puts shared makers of test tables (facts_fixture) within reach; without it each test would make its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
