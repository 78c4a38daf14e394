"""Keyed hashes in place of person numbers, one derived key per domain. Keys come from the caller."""

from __future__ import annotations

import hashlib
import hmac

import pandas as pd

MADE = "hmac:[0-9a-f]{64}"
"""A hash that stands in landed text in place of the person number."""


class PseudonymKeyError(ValueError):
    """The secret of the installation is missing, so person numbers cannot be hashed."""


def keyed_hashes(values: pd.Series, *, secret: bytes | None, domain: str, source_system: str) -> pd.Series:
    """HMAC-SHA256 of each value under a key of the domain; empty stays empty, a hash made at landing too.

    Parameters
    ----------
    values : Series of str, shape (n,)
    secret : bytes
        Secret of the installation. Plain hashes of person numbers are reversed in seconds.
    domain, source_system : str
        Hashes of different domains or systems cannot be linked with each other.

    Raises
    ------
    PseudonymKeyError
        When there is no secret.
    """
    made = values.str.fullmatch(MADE).fillna(False).astype(bool)
    if made.any():
        rest = values.mask(made)
        hashes = keyed_hashes(rest, secret=secret, domain=domain, source_system=source_system)
        return hashes.where(~made, values.str.removeprefix("hmac:"))
    if values.notna().sum() and not secret:
        raise PseudonymKeyError(
            "Person numbers are hashed under a secret of the installation; there is none."
        )
    key = hmac.digest(secret or b"", f"maturity-impact/{domain}".encode(), hashlib.sha256)
    known = {
        value: hmac.digest(key, f"{source_system}\x1f{value}".encode(), hashlib.sha256).hex()
        for value in values.dropna().unique()
    }
    return values.map(known).astype("str")
