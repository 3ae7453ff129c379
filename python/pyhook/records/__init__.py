"""A request in pure Python, where httpd's own record is not: in unit tests, and in worker processes of `PyHookProcesses`.

`pyhook.testing.FakeRequest` and the `Request` of worker processes are made of it, so that both have the same rules. Any
Python from 3.9 on can run these modules.
"""
