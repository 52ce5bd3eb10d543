"""dev, stage, prod: from devbox.yaml or the names of files. Pure."""
