"""Plain Python that turns a delivered file into text rows, and those into accepted ones; no Dagster."""
