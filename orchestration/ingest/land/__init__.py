"""Drop zone to landing: which export a file is, and its kept columns as text, once."""
