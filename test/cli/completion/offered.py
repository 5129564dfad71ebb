"""Types lines and TAB into an interactive shell, and prints as JSON for each what it offers, and the line then.

    offered.py bash|zsh SCRIPT LINE...
"""
import json
import os
import pty
import re
import select
import sys
import time

SHELL, SCRIPT, *LINES = sys.argv[1:]
MARK = "MARK-2"
START = {
    # A list of all that fits at the first TAB, one a line, and no question before long ones.
    "bash": [
        f"source {SCRIPT}",
        "bind 'set show-all-if-ambiguous on'",
        "bind 'set completion-query-items 0'",
        "bind 'set page-completions off'",
        "bind 'set completion-display-width 0'",
        "bind 'set enable-bracketed-paste off'",
        # As if it were typed: for a command of its own the shell would leave the terminal to itself.
        f"""bind '"\\C-g": "{MARK}"'""",
    ],
    "zsh": [
        "autoload -Uz compinit && compinit -D -u",
        "LISTMAX=0; setopt no_list_beep no_auto_menu; unset zle_bracketed_paste",
        "mark() { zle -R; print -n MARK-$((1+1)) >$TTY }; zle -N mark; bindkey '^G' mark",
        "bindkey '^U' kill-whole-line",
        f"source {SCRIPT}",
    ],
}[SHELL]
COMMAND = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[SHELL]
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r|\x07")


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(PS1="", TERM="xterm", COLUMNS="200", LINES="500")
        os.execvp(COMMAND[0], COMMAND)

    def read_until(mark):
        """Until a text is seen; without control characters, a cursor that goes up begins a line."""
        text, end = "", time.monotonic() + 30
        while mark not in text:
            if time.monotonic() > end:
                sys.exit(f"{SHELL} does not answer: {text}")
            if select.select([terminal], [], [], 0.1)[0]:
                text += os.read(terminal, 65536).decode("utf8", "replace")
        return CONTROL.sub("", re.sub(r".\x08", "", text.replace("\x1b[A", "\n")))

    def say(text):
        os.write(terminal, text.encode())

    say("stty rows 500 cols 200; PS1=; PS2=; RPS1=; PROMPT_EOL_MARK=\n")
    for line in START:
        say(line + "\n")
    # Put together by the shell, so that the echo of what is typed is not taken for it.
    say("echo rea''dy\n")
    read_until("ready")
    # From then on the shell edits lines, and the terminal echoes nothing.
    say("\x07")
    read_until(MARK)
    say("\x15\x07")
    read_until(MARK)
    say("\x15")
    all_offered = []
    for line in LINES:
        say(line + "\t\x07")
        shown = read_until(MARK)
        say("\x15\x07")
        read_until(MARK)
        say("\x15")
        offered, completed = set(), line
        for row in shown.replace(MARK, "\n").split("\n"):
            typed = line[: line.rindex(" ") + 1]
            if typed in row:
                completed = max(completed, row[row.index(typed) :].rstrip(), key=len)
                row = row[row.index(typed) + len(typed) :]
            # Behind two dashes zsh says what a flag is for.
            words = re.split(r" +-- .*|  +|\t", row.strip())
            offered.update(word.replace("\\ ", " ").rstrip("/ ") for word in words)
        all_offered.append({"words": sorted(offered - {""}), "line": completed})
    say("exit\n")
    os.close(terminal)
    os.waitpid(pid, 0)
    print(json.dumps(all_offered))


main()
