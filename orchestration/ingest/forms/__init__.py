"""What else a delivery may be: archives, workbooks, JSON, Parquet, SPSS; each becomes rows of text."""
