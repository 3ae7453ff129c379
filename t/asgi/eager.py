import asyncio
import os


class Done(asyncio.Future):
    def set_name(self, name):
        """Python 3.13 names what a factory gives."""


def factory(loop, coroutine, **_):
    done = Done(loop=loop)
    try:
        coroutine.send(None)
    except StopIteration as end:
        done.set_result(end.value)
    return done


async def become(req):
    asyncio.get_running_loop().set_task_factory(factory)
    return f"eager {os.getpid()}\n"


async def page(req):
    return f"page of {os.getpid()}\n"


async def raises(req):
    raise ValueError("at once")


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"application"})
