"""From a number or a sentence back to the SQL, the rows, and the delivered file and line. Reads, never writes."""
