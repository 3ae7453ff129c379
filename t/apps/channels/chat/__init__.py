"""A chat of Django and Channels: rooms, whose members hear each other."""
