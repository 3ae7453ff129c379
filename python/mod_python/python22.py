"""Nothing: mod_python once defined here what Python 2.2 lacked, and sites import it."""
