"""How long random tests try: some hundred tables, or a minute. No fixtures and no assertions here."""

from hypothesis import settings

# About a minute of random tables, encodings and mutations at the readers on two cores (2026-11).
settings.register_profile("minute", max_examples=1000)
