"""When and where: reading exports, the warehouse, dbt, assets, checks, editions, the command line."""
