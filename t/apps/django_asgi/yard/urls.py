"""The attic's URLs, and views that are coroutines, or wait in a thread."""

from __future__ import annotations

import asyncio
import threading

from asgiref.sync import sync_to_async
from attic.models import Thing
from attic.urls import urlpatterns as of_the_attic
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

meeting: list[asyncio.Event] = []


async def meet(request, count):
    """Answer when so many requests are there."""
    mine = asyncio.Event()
    meeting.append(mine)
    if len(meeting) == count:
        for event in meeting:
            event.set()
    await asyncio.wait_for(mine.wait(), 20)
    return HttpResponse(str(len(meeting)))


async def things(request):
    """A coroutine reads the database in a thread."""
    names = await sync_to_async(lambda: list(Thing.objects.values_list("name", flat=True)))()
    return JsonResponse({"names": names, "root": request.path, "script": request.META["SCRIPT_NAME"]})


def plain(request):
    return HttpResponse(str(threading.current_thread() is threading.main_thread()))


def stream(request):
    return StreamingHttpResponse((f"{number}\n" for number in range(1000)), content_type="text/plain")


async def broken(request):
    raise LookupError("nothing in the yard")


urlpatterns = [
    *of_the_attic,
    path("meet/<int:count>", meet),
    path("things", things),
    path("plain", plain),
    path("stream", stream),
    path("broken", broken),
]
