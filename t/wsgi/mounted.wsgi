"""A file that is loaded by its path."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{__name__} {environ['SCRIPT_NAME']}|{environ['PATH_INFO']} {environ['SCRIPT_FILENAME']}".encode()]


def other(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"other"]
