"""Would have guarded something, had its import not failed."""

import pyhook


@pyhook.hook("access_checker")
def deny(req):
    return 403


raise OSError("a plug-in that fails")
