"""A member of a room: everybody in it hears what one says, and who comes and goes."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer


class Member(AsyncWebsocketConsumer):
    async def connect(self):
        self.name = await sync_to_async(self.scope["session"].get)("name", "stranger")
        self.room = f"room.{self.scope['url_route']['kwargs']['room']}"
        if self.name == "stranger":
            await self.close()
            return
        await self.accept()
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.tell(f"{self.name} came")

    async def disconnect(self, code):
        if self.name != "stranger":
            await self.channel_layer.group_discard(self.room, self.channel_name)
            await self.tell(f"{self.name} left {code}")

    async def receive(self, text_data=None, bytes_data=None):
        if text_data == "/leave":
            await self.close(4000)
        else:
            await self.tell(f"{self.name}: {text_data}")

    async def tell(self, text):
        await self.channel_layer.group_send(self.room, {"type": "room.said", "text": text})

    async def room_said(self, event):
        await self.send(event["text"])
