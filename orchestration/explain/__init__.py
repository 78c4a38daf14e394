"""From a number or a sentence back to SQL, rows, and delivered file and line. Reads, never writes."""
