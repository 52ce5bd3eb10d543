"""The main pane: logs, health, plan, events, configuration and use of what is chosen in the list."""
