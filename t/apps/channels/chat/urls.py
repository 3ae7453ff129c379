"""The page of a room. It greets its visitor by name, and keeps the name in the session."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.urls import path

PAGE = """<!doctype html>
<title>room</title>
<ul id="said"></ul>
<form><input id="text" autofocus></form>
<script>
const socket = new WebSocket(`ws://${location.host}/talk/${ROOM}`);
const show = text => document.querySelector("#said").append(Object.assign(document.createElement("li"), {textContent: text}));
socket.onmessage = message => show(message.data);
socket.onclose = end => show(`closed ${end.code} ${end.reason}`);
document.querySelector("form").onsubmit = event => {
    event.preventDefault();
    const input = document.querySelector("#text");
    socket.send(input.value);
    input.value = "";
};
</script>
"""


def room(request, name):
    request.session["name"] = request.GET.get("as", "stranger")
    return HttpResponse(PAGE.replace("${ROOM}", json.dumps(name)[1:-1]))


urlpatterns = [path("room/<name>", room)]
