"""A share of worlds with the interval of what it may be in the long run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the 95 % interval of Wilson (1927)."""

    count: int
    total: int

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return float("nan"), float("nan")
        z, n, p = 1.959964, self.total, self.value
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
        return max(middle - half, 0.0), min(middle + half, 1.0)

    @property
    def at_most(self) -> float:
        """Largest long-run share that shows so few once in twenty times (Clopper and Pearson 1934)."""
        from scipy.stats import beta

        return (
            float(beta.ppf(0.95, self.count + 1, self.total - self.count)) if self.count < self.total else 1.0
        )

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%} [{low:.1%}, {high:.1%}]" if self.total else "-"
