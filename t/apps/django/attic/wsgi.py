"""The application, without its time zone for the whole child (docs/wsgi.md, "Time zones")."""

import os
import time

from django.core.wsgi import get_wsgi_application

zone = os.environ.get("TZ")
application = get_wsgi_application()
if zone is None:
    os.environ.pop("TZ", None)
else:
    os.environ["TZ"] = zone
time.tzset()
