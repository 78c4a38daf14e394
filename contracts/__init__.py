"""What must be true: entity, mart and result schemas, the instrument, the KPI registry, export profiles, the gate."""
