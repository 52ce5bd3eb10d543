"""Runs a part of the application on the newest source there is: python -m live [--listen PORT] api | worker

There is this process, which holds the port and has imported the libraries, but nothing of the source; and a fork of it
that does the work. Whenever the source is another, another fork is made, which so is there in a few hundredths of a
second. It takes over once it is ready; only then the one before is told to stop, and ends what it has in hand. Source
that cannot be loaded is told in the log and by the health check, `live.health`, while the process before
goes on. SIGHUP makes another fork even if no *.py has changed.
"""
