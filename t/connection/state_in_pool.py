from __future__ import annotations

import pyhook


def remember(conn: pyhook.Connection) -> None:
    conn.state.greeting = "hello"


def recall(req: pyhook.Request) -> str:
    return f"{getattr(req.connection.state, 'greeting', 'lost')}\n"
