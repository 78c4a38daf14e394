"""Native keys in the form each vendor gives them; made up, but with the right length and checksum."""

from __future__ import annotations

import string

import numpy as np

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
CHECKSUM = string.ascii_uppercase + "012345"


def case_checksum(identifier: str) -> str:
    """Give the three characters that follow a 15-character Salesforce id.

    Each character encodes which letters of one block of five are capitals, lowest bit first
    (Salesforce help 000385585).
    """
    blocks = (identifier[0:5], identifier[5:10], identifier[10:15])
    return "".join(
        CHECKSUM[sum(1 << bit for bit, letter in enumerate(block) if "A" <= letter <= "Z")]
        for block in blocks
    )


def salesforce_ids(prefix: str, numbers: list[int]) -> list[str]:
    """Make 18-character ids: a 3-character object prefix, an instance, a base-62 counter, a checksum."""
    result = []
    for number in numbers:
        digits = ""
        rest = number
        for _ in range(6):
            rest, digit = divmod(rest, 62)
            digits = BASE62[digit] + digits
        short = f"{prefix}Qh000{'0'}{digits}"[:15]
        result.append(short + case_checksum(short))
    return result


def random_hex(rng: np.random.Generator, n: int) -> list[str]:
    """Draw keys of 32 hexadecimal digits, as Workday writes them."""
    text = rng.bytes(16 * n).hex()
    return [text[i : i + 32] for i in range(0, 32 * n, 32)]


def random_uuids(rng: np.random.Generator, n: int) -> list[str]:
    """Draw version-4 UUIDs, as Xero writes them."""
    return [
        f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) % 4]}{h[17:20]}-{h[20:]}"
        for h in random_hex(rng, n)
    ]


def response_ids(rng: np.random.Generator, n: int) -> list[str]:
    """Draw Qualtrics response ids: ``R_`` and 15 base-62 characters, without repeats."""
    seen: dict[str, None] = {}
    letters = np.array(list(BASE62))
    while len(seen) < n:
        draws = letters[rng.integers(0, 62, (n, 15))]
        seen.update(dict.fromkeys("R_" + "".join(row) for row in draws))
    return list(seen)[:n]
