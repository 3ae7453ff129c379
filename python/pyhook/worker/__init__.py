"""A worker process of `PyHookProcesses`: serves WSGI applications that httpd hands to it.

`pyhook-supervisor` starts it as `python …/pyhook/worker/__main__.py key=value…`, with any Python from 3.9 on. It needs
nothing but the standard library, and finds nothing else of `pyhook` on its path: an environment may have another
version of it, or none.
"""
