"""A worker process of `PyHookProcesses`: serves applications and content handlers that httpd hands to it.

`pyhook-supervisor` starts it as `python …/pyhook/worker/__main__.py key=value…`, with any Python from 3.9 on. It needs
nothing but the standard library and the modules beside this package that it imports relatively (`asgi`, `lifespan`,
`loops`, `records`, the package's `__init__` and those that they need), which therefore any Python from 3.9 on must be
able to run. Its `pyhook` is always this package: an environment may have another version of it, or none.
"""
