"""Plain Python that turns a delivered file into text rows, and text rows into accepted ones; no Dagster here."""
