"""A plug-in that would guard something if its import did not fail."""

import pyhook


@pyhook.hook("access_checker")
def deny(req):
    return 403


raise OSError("a plug-in that fails")
