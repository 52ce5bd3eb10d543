"""Jobs: an HTTP API takes them, Redis hands them out, workers do them, PostgreSQL remembers."""
