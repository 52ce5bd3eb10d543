"""Log lines, the ring that keeps them, and questions to it: pure."""
