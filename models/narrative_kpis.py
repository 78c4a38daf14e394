"""Sentences about single figures: how groups compare, where each KPI is known, what it misses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.kpis import load_kpis
from contracts.marts_benchmark import INDEX_CODE
from models.formats import NBSP
from models.wording import Words, lower_first

Fact = Mapping[str, Any]


def kpi_name(words: Words, code: str) -> str:
    """Name of a KPI or of the index, as the registry has it."""
    if code == INDEX_CODE:
        return words.text("benchmarks.index")
    kpi = load_kpis().kpi(code)
    return kpi.name_en if words.language == "en" else kpi.name_nl


def kpi_value(words: Words, code: str, value: float) -> str:
    """A value of a KPI in the unit that people read."""
    unit = "points" if code == INDEX_CODE else load_kpis().kpi(code).unit
    if unit == "share":
        return words.share(value, 1)
    if unit == "currency":
        return f"{words.form.integer(value)}{NBSP}{words.facts['method']['reporting_currency']}"
    return words.form.decimal(value)


def segment_name(words: Words, kind: str, segment: str) -> str:
    """Name of a group; countries keep their code."""
    return str(words.node(f"segments.{kind}").get(segment, segment))


def benchmark_sentences(words: Words) -> tuple[str, ...]:
    """How to read the groups, where the medians lie, and how many groups are not shown."""
    benchmarks = words.facts["benchmarks"]
    shown = [row for row in benchmarks if any(kind["groups"] for kind in row["kinds"])]
    sentences = [words.text("benchmarks.text")] if shown else [words.text("benchmarks.empty")]
    sentences += [_medians(words, row) for row in shown]
    hidden = sum(kind["n_hidden"] for row in benchmarks for kind in row["kinds"])
    if hidden:
        sentences.append(words.text("benchmarks.hidden"))
    return tuple(sentences)


def _medians(words: Words, benchmark: Fact) -> str:
    groups = [(kind["segment_type"], group) for kind in benchmark["kinds"] for group in kind["groups"]]
    (low_kind, low), (high_kind, high) = (
        pick(groups, key=lambda one: one[1]["median"]) for pick in (min, max)
    )
    return words.text(
        "benchmarks.medians",
        name=kpi_name(words, benchmark["kpi"]),
        month=words.form.month(benchmark["period"]),
        low=kpi_value(words, benchmark["kpi"], low["median"]),
        low_group=_inside(segment_name(words, low_kind, low["segment"])),
        high=kpi_value(words, benchmark["kpi"], high["median"]),
        high_group=_inside(segment_name(words, high_kind, high["segment"])),
    )


def _inside(name: str) -> str:
    """A name inside a sentence; codes of countries keep their capitals."""
    return name if name.isupper() else lower_first(name)


def known_kpis(words: Words) -> list[Fact]:
    """KPIs that are known at all, the most known first, then in the order of the registry."""
    return sorted((row for row in words.facts["kpis"] if row["n_known"]), key=lambda row: -row["n_known"])


def kpi_sentences(words: Words) -> tuple[str, ...]:
    """How many figures could be made, and whether they miss rows."""
    known = known_kpis(words)
    if not known:
        return (words.text("kpis.empty"),)
    coverage = words.facts["coverage"]
    numbers = {
        "known": coverage["n_kpis_known"],
        "all": coverage["n_kpis"],
        "cells": known[0]["n_possible"],
    }
    sentences = [
        words.text("kpis.text", **{name: words.form.integer(value) for name, value in numbers.items()})
    ]
    missing = [row for row in known if row["held_back"]]
    sentences.append(words.text("kpis.held") if missing else words.text("kpis.none_held"))
    return tuple(sentences)


def never_known(words: Words) -> tuple[str, ...]:
    """Names of the KPIs that are known of nobody, in the order of the registry."""
    return tuple(kpi_name(words, row["kpi"]) for row in words.facts["kpis"] if not row["n_known"])


def held_rows(words: Words) -> tuple[tuple[str, ...], ...]:
    """Table of what the known KPIs miss: reason, rows, money, and the figures that miss the same."""
    missed: dict[tuple[str, str, str], list[str]] = {}
    for row in known_kpis(words):
        for held in row["held_back"]:
            what = (
                words.name("held_reason", held["reason"]),
                words.form.integer(held["n_rows"]),
                "; ".join(_money(words, held)) or "–",
            )
            missed.setdefault(what, []).append(kpi_name(words, row["kpi"]))
    return tuple((*what, "; ".join(names)) for what, names in sorted(missed.items()))


def _money(words: Words, held: Fact) -> Iterator[str]:
    for amount in held["amounts"]:
        yield f"{words.form.integer(amount['amount'])}{NBSP}{amount['currency']}"
    if held["n_amount_unknown"] and held["amounts"]:
        yield words.text("kpis.amount_unknown", n=words.form.integer(held["n_amount_unknown"]))
