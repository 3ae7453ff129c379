"""Other tests' applications under `validate_asgi`, which also watches the server."""

import asgi_apps
import websocket_app

from pyhook.testing import validate_asgi

http = validate_asgi(asgi_apps.app)
websocket = validate_asgi(websocket_app.app)
