"""The command `pyhook`. Nothing here is imported in a server."""
