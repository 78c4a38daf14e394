"""Verbs of the command line that come in groups, one thin module per group; work is done elsewhere."""
