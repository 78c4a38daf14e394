"""Landing to accepted rows, quarantine and ledger; every row has one fate."""
