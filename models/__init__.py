"""Statistics and wording: arrays and frozen results in and out. The SQL models live in dbt_project/models, not here."""
