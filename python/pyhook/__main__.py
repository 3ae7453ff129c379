"""`python3 -m pyhook` is the command `pyhook`."""

from pyhook.command.main import main

if __name__ == "__main__":
    raise SystemExit(main())
