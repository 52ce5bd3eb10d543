"""The only place for docker, watchfiles, debugpy, subprocess and threads."""
