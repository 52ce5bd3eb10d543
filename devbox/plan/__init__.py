"""What to do about it: pure, from a Project and what is observed to a Plan."""
