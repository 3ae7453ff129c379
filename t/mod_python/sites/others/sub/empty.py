"""Nothing: this directory is there for PythonInterpPerDirectory."""
