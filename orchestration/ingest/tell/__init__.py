"""What people are told about files before and after a run, and the drafts they edit; nothing is decided."""
