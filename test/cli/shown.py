"""Runs a command in a terminal, and prints as JSON what its progress line showed.

    shown.py COLUMNS COMMAND...
"""
import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios

COLUMNS, *COMMAND = sys.argv[1:]

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(COLUMNS), 0, 0))
    os.execvp(COMMAND[0], COMMAND)
output = b""
while True:
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    if not read:
        break
    output += read
os.waitpid(pid, 0)
text = output.decode("utf8")
# Each writing of the line begins in the first column and clears what is behind it.
lines = [line for line in re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", text)]
cursor = [mode for mode in re.findall(r"\x1b\[\?25([hl])", text)]
print(
    json.dumps(
        {
            "lines": lines,
            "hasCursor": cursor != [] and cursor[-1] == "h",
            "isTooWide": any(len(line) >= int(COLUMNS) for line in lines),
        }
    )
)
