"""When and where: reading exports, the warehouse, dbt, assets, checks, editions, the command line."""

import gc

# Starting makes a great many objects that stay; to look through them again and again takes a fifth of it.
gc.set_threshold(50_000, 20, 50)
