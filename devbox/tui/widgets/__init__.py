"""Widgets of the main pane: each draws one thing and knows nothing of the session."""
