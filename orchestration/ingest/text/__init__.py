"""Delimited text of any size and dialect to tables of text; no profiles, no other formats."""
