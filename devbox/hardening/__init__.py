"""What is not hardened: rules over the project, its Dockerfiles and containers, and what becomes of findings. Pure."""
