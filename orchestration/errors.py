"""Errors a user meets, named by cause; each says what, where and the next step. No handling, no printing."""


class MaturityImpactError(Exception):
    """One clear sentence: what happened, where, and what to do next.

    Parameters
    ----------
    what : str
        What happened, without a full stop.
    where : str
        File, key or table it happened in; may be empty.
    remedy : str
        The next step, as an instruction.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        step = f": {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{step}."


class SettingsError(MaturityImpactError):
    """maturity.yaml is missing, unreadable or holds a value that is not allowed."""


class MissingKey(SettingsError):
    """The installation's secret for pseudonyms is not set."""


class NothingDelivered(MaturityImpactError):
    """The drop zone is empty and nothing was delivered before."""


class MissingReference(MaturityImpactError):
    """A reference file that only the user can keep is not there."""


class UnreadableFile(MaturityImpactError):
    """A delivered file cannot be turned into rows of text without guessing."""


class LandingDamaged(MaturityImpactError):
    """What was landed earlier cannot be read back as it was written."""


class IngestBusy(MaturityImpactError):
    """Another process is taking in deliveries in the same home."""


class WarehouseLocked(MaturityImpactError):
    """Another process holds the build database."""


class NoRight(MaturityImpactError):
    """A file or folder may not be read or written by the user who runs this."""


class DiskFull(MaturityImpactError):
    """No room is left to write; what stood before is untouched."""


class CheckFailed(MaturityImpactError):
    """A blocking check failed, so nothing after it was made."""
