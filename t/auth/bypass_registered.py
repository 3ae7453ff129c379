"""The same decision, registered by a decorator."""

import bypass
import pyhook

pyhook.hook("access_checker")(bypass.access_checker)
