"""What opens above the main screen and closes with Esc. Imported only when opened, for the sake of the start."""
