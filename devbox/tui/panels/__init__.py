"""The parts of the screen: each shows State and asks for nothing itself."""
