"""What the Compose files ask for: pure, from text to a typed `Project`."""
