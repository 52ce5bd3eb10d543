"""What gdb does in a Python: it has it load debugpy, and leaves it."""

from __future__ import annotations

OPTIONS = ("--nx", "--nh", "-q", "-iex", "set auto-load off", "-iex", "set debuginfod enabled off")
GDB = """\
set confirm off
set pagination off
set scheduler-locking off
set $gil = (int)PyGILState_Ensure()
call (int)PyRun_SimpleString("{load}")
call (void)PyGILState_Release($gil)
detach
quit
"""
COMPLAINTS = ("not permitted", "ermission denied", "No symbol")
"""What a line of its output has where it could not do it."""
LOAD = "exec(compile(open('{0}').read(), '{0}', 'exec'), dict(__file__='{0}', __name__='devbox_debug'))"
"""As a statement without a double quote; {0} is the path of listen.py."""
