"""Draws mutants of models/ at random, with the operators of cosmic-ray; runs no tests.

Use: ``python benchmarks/mutation/draw.py MUTANTS.jsonl [--sites 300] [--seed 20261129]``, by a Python that
has cosmic-ray (8.7): the lock does not hold it. A site is a place in the code and a family of operators that
fits there, such as comparisons. Sites stand in the order of modules and lines; every k-th is drawn from a
random start, so that each module has its share, and of each site one operator. What only type checkers read
is no site. The mutants are written in random order: a run that is cut short has seen a sample too.
"""

import argparse
import ast
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[2]
# Two ask for names of variables; the third fails where an exception has a dotted name (cosmic-ray 8.7.0).
LEFT_OUT = ("core/VariableReplacer", "core/VariableInserter", "core/ExceptionReplacer")
FAMILIES = ("ReplaceBinaryOperator", "ReplaceComparisonOperator", "ReplaceUnaryOperator")
Site = tuple[str, int, int, str]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the drawn mutants, one JSON object a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path, metavar="MUTANTS.jsonl")
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20261129)
    given = parser.parse_args(arguments)
    dice = random.Random(given.seed)
    found = sites(sorted((ROOT / "models").rglob("*.py")))
    order = sorted(found)
    step = len(order) / given.sites
    start = dice.uniform(0, step)
    drawn = [order[int(start + n * step)] for n in range(given.sites)]
    lines = [json.dumps(mutant(site, dice.choice(found[site]))) for site in drawn]
    dice.shuffle(lines)
    given.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(order)} sites, {len(drawn)} drawn of {len({site[0] for site in drawn})} modules")


def sites(paths: Sequence[Path]) -> dict[Site, list[tuple[str, int]]]:
    """Sites of modules, each with its operators and their number of occurrence in the module."""
    operators = {name: get_operator(name)() for name in sorted(operator_names()) if name not in LEFT_OUT}
    found: dict[Site, list[tuple[str, int]]] = defaultdict(list)
    for path in paths:
        source = path.read_text(encoding="utf-8")
        nodes = list(ast_nodes(get_ast(source)))
        for_checkers = list(_for_checkers(ast.parse(source)))
        module = str(path.relative_to(ROOT))
        for name, operator in operators.items():
            places = (place for node in nodes for place in operator.mutation_positions(node))
            for occurrence, ((line, column), _) in enumerate(places):
                if not any(first <= (line, column) < last for first, last in for_checkers):
                    found[module, line, column, _family(name)].append((name, occurrence))
    return dict(found)


def mutant(site: Site, choice: tuple[str, int]) -> dict[str, Any]:
    """One mutant: where, what stood there and what stands there now, lines of the statement, the code."""
    module, line, _, _ = site
    operator, occurrence = choice
    source = (ROOT / module).read_text(encoding="utf-8")
    code = mutate_code(source, get_operator(operator)(), occurrence)
    before, after = source.splitlines(), code.splitlines()
    changed = [n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
    at = changed[0] if changed else line - 1
    return {
        "module": module,
        "line": line,
        "operator": operator.removeprefix("core/"),
        "before": before[at].strip(),
        "after": after[at].strip(),
        "statement": _statement(ast.parse(source), line),
        "code": code,
    }


def _family(operator: str) -> str:
    short = operator.removeprefix("core/")
    return next((family for family in FAMILIES if short.startswith(family)), short)


def _for_checkers(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for node in ast.walk(tree):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            parts.append(node.test)
        for part in parts:
            if isinstance(part, ast.expr):
                yield (part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0)


def _statement(tree: ast.AST, line: int) -> tuple[int, int]:
    """First and last line of the smallest statement at a line; of one with a body, of its head."""
    spans = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = max(body[0].lineno - 1, node.lineno) if body else node.end_lineno or node.lineno
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
            if first <= line <= last:
                spans.append((last - first, first, last))
    return min(spans)[1:] if spans else (line, line)


if __name__ == "__main__":
    main()
