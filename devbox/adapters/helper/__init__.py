"""What is laid into containers so that their Pythons can be debugged on demand; the modules here run there."""
