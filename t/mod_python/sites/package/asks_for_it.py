"""Imports mod_python in a handler of mod_pyhook."""


def handler(req):
    try:
        from mod_python import apache
    except ImportError as error:
        return str(error)
    return f"OK is {apache.OK}"
