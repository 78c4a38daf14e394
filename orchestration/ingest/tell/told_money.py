"""Money in the ledger, for telling: what is held back, what later deliveries moved. Counts nothing anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.counted import counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class HeldMoney:
    """Money on refused rows: amounts by currency, and rows whose amount cannot be read."""

    amounts: dict[str, Decimal]
    n_unknown: int

    @property
    def words(self) -> str:
        """In words, empty when no money is held back: `EUR 1,250.00, USD 80.00 and 2 unreadable amounts`."""
        parts = [f"{code} {amount:,.2f}" for code, amount in self.amounts.items()]
        unknown = [f"{self.n_unknown:,} unreadable amounts"] if self.n_unknown else []
        return " and ".join([part for part in (", ".join(parts), *unknown) if part])

    def as_json(self) -> dict[str, Any]:
        """For JSON, amounts as exact text."""
        return {
            "amounts": {code: str(amount) for code, amount in self.amounts.items()},
            "n_unknown": self.n_unknown,
        }


def held_money(home: Path) -> dict[str, HeldMoney]:
    """Money held back by file, for files that carry money; empty before anything was accepted."""
    periods = _read(home / "accepted" / "ledger_periods.parquet")
    if periods is None:
        return {}
    held = periods[(periods["fate"] == "quarantined")]
    held = held[held["amount"].notna() | (held["n_amount_unknown"] > 0)]
    return {str(file): _of(rows) for file, rows in held.groupby("file", sort=True)}


def together(held: Mapping[str, HeldMoney]) -> HeldMoney:
    """Money held back in all files."""
    amounts: dict[str, Decimal] = {}
    for one in held.values():
        for code, amount in one.amounts.items():
            amounts[code] = amounts.get(code, Decimal(0)) + amount
    return HeldMoney(dict(sorted(amounts.items())), sum(one.n_unknown for one in held.values()))


def restated(home: Path) -> list[dict[str, Any]]:
    """Periods that later deliveries moved: entity, period, currency, rows, amount before and after."""
    found = _read(home / "accepted" / "restated.parquet")
    if found is None:
        return []
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    money = ("amount_before", "amount_after")
    return [{str(k): str(v) if k in money and v is not None else v for k, v in row.items()} for row in rows]


def restated_words(line: Mapping[str, Any]) -> str:
    """One restated period in words: `opportunities 2024-05: 2 rows, old and new, EUR 100.00 -> 120.00`."""
    period = f" {str(line['period'])[:7]}" if line["period"] else ""
    moved = (
        f", {line['currency']} {Decimal(line['amount_before']):,.2f} -> {Decimal(line['amount_after']):,.2f}"
        if line["currency"] and line["amount_before"] is not None
        else ""
    )
    return f"{line['entity']}{period}: {counted(line['n_rows'], 'row')}, old and new{moved}"


def _of(rows: pd.DataFrame) -> HeldMoney:
    amounts: dict[str, Decimal] = {}
    for code, amount in zip(rows["currency"], rows["amount"], strict=True):
        if isinstance(code, str) and isinstance(amount, Decimal):
            amounts[code] = amounts.get(code, Decimal(0)) + amount
    return HeldMoney(dict(sorted(amounts.items())), int(rows["n_amount_unknown"].sum()))


def _read(path: Path) -> pd.DataFrame | None:
    if not path.exists():
        return None
    import pandas as pd

    return pd.read_parquet(path)
