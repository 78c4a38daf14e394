"""Base of everything that is read out of YAML: unknown keys are refused, values never change."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
