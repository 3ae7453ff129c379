#!/usr/bin/python3
"""The rewriting map as a program: a key a line, a value a line."""

import sys

for line in sys.stdin:
    sys.stdout.write(line.lower())
    sys.stdout.flush()
