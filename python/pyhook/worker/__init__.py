"""A worker process of `PyHookProcesses`: serves WSGI applications that httpd hands to it.

`pyhook-supervisor` starts it as `python …/pyhook/worker/__main__.py key=value…`, with any Python from 3.9 on. It needs
nothing but the standard library and the modules beside this package that it imports relatively (`asgi`, `lifespan`,
`loops` and those that they need), which therefore any Python from 3.9 on must be able to run. It finds no `pyhook` on its
path: an environment may have another version of it, or none.
"""
