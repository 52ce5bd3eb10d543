"""The terminal user interface. Textual only here."""
