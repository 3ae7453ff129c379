from wsgi_valid import app as application  # noqa: F401
