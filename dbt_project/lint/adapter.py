"""Stands in for dbt's adapter while linting: a dispatched macro is a plain call. Never run by dbt."""

from collections.abc import Callable


def dispatch(name: str, package: str | None = None) -> Callable[..., str]:
    """Return a function that writes the macro as a call of that name."""
    del package

    def call(*arguments: object) -> str:
        return f"{name}({', '.join(str(a) for a in arguments)})"

    return call
