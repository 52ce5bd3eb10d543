"""What a debugger knows, without anything that it talks to."""
