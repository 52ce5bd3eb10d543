"""The debugger's screen: shows State.debugged, asks things only of `session.debugging`."""
