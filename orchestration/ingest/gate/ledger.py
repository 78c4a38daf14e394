"""The ledger: per file, delivered = accepted + quarantined + duplicate + superseded. No reading of files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow

from contracts.ledger_periods import FATES, LEDGER_PERIODS
from orchestration.ingest.files import write_parquet

pa: Any = pyarrow
_TEXT: Final = ("file", "delivery_id", "source_system", "profile", "amounts", "control")


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What became of the rows of one delivered file.

    Attributes
    ----------
    n_replaced : of the superseded rows, those that were refused themselves.
    n_deleted, n_unmapped : of the accepted rows, those the source marks as deleted, and those no organisation
        is known for.
    amounts : JSON, per currency the amount by fate, for files that carry money, and the one delivered, which
        is summed before any fate is known; rows whose amount cannot be read are in no sum.
    control : whether the totals printed in the file are those of its rows, see `control.Control.tie`.
    """

    file: str
    delivery_id: str
    source_system: str
    profile: str
    delivered: int
    accepted: int = 0
    quarantined: int = 0
    duplicate: int = 0
    superseded: int = 0
    n_replaced: int = 0
    n_deleted: int = 0
    n_unmapped: int = 0
    amounts: str | None = None
    control: str = "none"


PERIOD_COLUMNS: Final = {
    "file": "str",
    "delivery_id": "str",
    "source_system": "str",
    "entity": "str",
    "period": "str",
    "currency": "str",
    "fate": "str",
    "n_rows": "int64",
    "amount": "object",
    "n_amount_unknown": "int64",
}
"""What the gate counts, see `LEDGER_PERIODS`; period is a text here, the first of the month."""


def frame(lines: Sequence[LedgerLine]) -> pd.DataFrame:
    """Ledger as a frame, in the order of arrival."""
    names = list(LedgerLine.__dataclass_fields__)
    kinds = {name: "str" if name in _TEXT else "int64" for name in names}
    return pd.DataFrame([asdict(line) for line in lines], columns=names).astype(kinds)


def balance(ledger: pd.DataFrame) -> pd.DataFrame:
    """Files whose rows or money are not all accounted for; empty when the ledger balances.

    Parameters
    ----------
    ledger : as in accepted/ledger.parquet.

    Returns
    -------
    DataFrame
        The offending lines with ``n_lost``: delivered minus the sum of all fates; and ``money_lost``: that of
        each currency, such as ``EUR 1.00``, empty where there is none.
    """
    lost = ledger["delivered"] - ledger[list(FATES)].sum(axis=1)
    negative = (ledger[list(FATES)] < 0).any(axis=1)
    told = [_money_lost(amounts) if isinstance(amounts, str) else "" for amounts in ledger["amounts"]]
    money = pd.Series(told, index=ledger.index, dtype="str")
    return ledger.assign(n_lost=lost, money_lost=money)[(lost != 0) | negative | (money != "")]


def _money_lost(amounts: str) -> str:
    lost = {
        code: Decimal(parts["delivered"]) - sum(Decimal(parts[fate]) for fate in FATES)
        for code, parts in json.loads(amounts).items()
    }
    return ", ".join(f"{code} {amount:,}" for code, amount in lost.items() if amount)


def write(path: Path, ledger: pd.DataFrame) -> None:
    """Write the ledger to Parquet."""
    schema = pa.schema([(name, pa.string() if name in _TEXT else pa.int64()) for name in ledger.columns])
    write_parquet(path, pa.Table.from_pandas(ledger, schema=schema, preserve_index=False))


def period_frame(lines: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Ledger per file, entity, period, currency and fate as a frame, in a stable order."""
    found = pd.DataFrame(list(lines), columns=list(PERIOD_COLUMNS)).astype(PERIOD_COLUMNS)
    order = ["file", "delivery_id", "source_system", "entity", "period", "currency", "fate"]
    groups = found.groupby(order, dropna=False, sort=True, as_index=False)
    return groups.agg({"n_rows": "sum", "amount": _total, "n_amount_unknown": "sum"}).astype(PERIOD_COLUMNS)


def write_periods(path: Path, periods: pd.DataFrame) -> None:
    """Write the ledger per period to Parquet."""
    kinds = {"str": pa.string(), "int64": pa.int64(), "object": pa.decimal128(38, 2)}
    schema = pa.schema([(name, kinds[kind]) for name, kind in PERIOD_COLUMNS.items()])
    table = pa.Table.from_pandas(periods, schema=schema, preserve_index=False)
    places = pa.array(range(1, len(periods) + 1), pa.int64())
    write_parquet(path, table.add_column(0, LEDGER_PERIODS.key[0], places))


def write_restated(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write the periods that later deliveries changed, with what stood before and what stands now."""
    money = pa.decimal128(18, 2)
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("entity", "period", "currency")),
            *(("n_rows", pa.int64()), ("amount_before", money), ("amount_after", money)),
        ]
    )
    write_parquet(path, pa.Table.from_pylist([dict(line) for line in lines], schema=schema))


def amounts_of(periods: pd.DataFrame, delivered: Mapping[str, Decimal]) -> str | None:
    """Amounts of one file by currency and fate as JSON; None where it carries no money.

    Parameters
    ----------
    delivered : sum by currency before any fate was known.
    """
    sums = {code: dict.fromkeys(FATES, Decimal("0.00")) for code in delivered}
    for code, fate, amount in zip(periods["currency"], periods["fate"], periods["amount"], strict=True):
        if isinstance(amount, Decimal) and isinstance(code, str):
            parts = sums.setdefault(code, dict.fromkeys(FATES, Decimal("0.00")))
            parts[fate] += amount
    said = {
        code: {
            **{what: str(parts[what]) for what in FATES},
            "delivered": str(delivered.get(code, Decimal("0.00"))),
        }
        for code, parts in sorted(sums.items())
    }
    return json.dumps(said) if said else None


def _total(amounts: "pd.Series[Any]") -> Decimal | None:
    known = [amount for amount in amounts if isinstance(amount, Decimal)]
    return sum(known, Decimal("0.00")) if known else None
