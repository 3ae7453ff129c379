"""A module whose name another site uses too, with a helper whose name another site uses too."""

from mod_python import apache

import helper_name


def handler(req):
    req.content_type = "text/plain"
    req.write(f"one {helper_name.SITE} {req.interpreter} {apache.interpreter}")
    return apache.OK
