"""type-into.py AWAITED KEYS COMMAND...: runs a command in a terminal and types KEYS once it has shown AWAITED."""

import os
import pty
import sys

awaited, keys, command = sys.argv[1].encode(), sys.argv[2].encode().decode("unicode_escape").encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown = b""
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if awaited in shown:
        os.write(terminal, keys)
        awaited = b"\0never"
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
