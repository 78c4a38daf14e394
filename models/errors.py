"""Errors of the statistics room, named by cause. No wording for leadership here."""

from __future__ import annotations


class ModelError(Exception):
    """An estimate or a check that cannot be made, and what to do next.

    Attributes
    ----------
    code : str
        Machine-readable cause, used as the reason code of a withheld claim.
    what, where, remedy : str
        What is wrong, in which input, and the next step.
    """

    code = "not_estimable"

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(" ".join(part for part in (f"{where}:" if where else "", what, remedy) if part))

    def __reduce__(self) -> tuple[object, ...]:
        """Send the error to another process as it is, instead of making it again from its sentence."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[ModelError], args: tuple[object, ...], state: dict[str, object]) -> ModelError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class TooFewUnitsError(ModelError):
    """Fewer rows, clusters or organisations than the estimator needs."""

    code = "too_few_units"


class TooFewPeriodsError(ModelError):
    """Fewer waves or periods than the question needs."""

    code = "too_few_periods"


class NotConvergedError(ModelError):
    """The likelihood found no maximum."""

    code = "not_converged"


class NotIdentifiedError(ModelError):
    """Several parameter values describe the data equally well, so none of them is an estimate."""

    code = "not_identified"


class AllMissingError(ModelError):
    """No row has the outcome, the exposure and every control."""

    code = "all_missing"


class ConstantExposureError(ModelError):
    """The exposure (or another named column) does not vary, so nothing can be compared."""

    code = "exposure_constant"


class ConstantOutcomeError(ModelError):
    """The outcome has one value only."""

    code = "outcome_constant"


class CollinearColumnsError(ModelError):
    """Columns that are exact linear combinations of earlier ones; `columns` names them."""

    code = "columns_collinear"

    def __init__(self, columns: tuple[str, ...], *, where: str = "") -> None:
        self.columns = columns
        super().__init__(
            f"these columns are linear combinations of the others: {', '.join(columns)}.",
            where=where,
            remedy="Leave them out or merge their categories.",
        )


class InputRefusedError(ModelError):
    """The input of an analysis breaks its own contract (gate at use)."""

    code = "input_refused"
