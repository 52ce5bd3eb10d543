"""Application services on asyncio and the standard library."""
