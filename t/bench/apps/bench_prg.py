#!/usr/bin/python3
"""The rewrite map as a program: reads one key per line, writes one value per line."""

import sys

for line in sys.stdin:
    sys.stdout.write(line.lower())
    sys.stdout.flush()
