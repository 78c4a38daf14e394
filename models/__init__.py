"""Statistics and wording: arrays and frozen results in and out. SQL models live in dbt_project/models."""
