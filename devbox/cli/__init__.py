"""The verbs: every action of the TUI, for scripts and people in a hurry."""
