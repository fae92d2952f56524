"""Runs a command on a terminal that does not know its size, and prints what it shows."""

import pty
import sys

sys.exit(pty.spawn(sys.argv[1:]))
