"""File changes to actions: which files a rule means, where they belong, and what a container still lacks."""
