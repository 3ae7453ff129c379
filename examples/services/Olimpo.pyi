"""The module that examples/services offers to its plug-ins.

A plug-in is a module with a function `inicio()`, which registers what the plug-in answers to. The names are those of
Olimpo, a node of services for IRC whose plug-ins were written in Python.
"""

from collections.abc import Callable

def comentario_modulo(comentario: str) -> None:
    """Set what the list of plug-ins says of this one. One line; raises ValueError otherwise."""

def nuevo_nick(nick: str, flags: str, callback: Callable[[int, int, str], object]) -> int:
    """Register a nick and give its handle.

    `callback(handle, remitente, mensaje)` is called with what is said to the nick: the nick's handle, the sender's, and
    the message. What it returns is not looked at. `flags` are kept as they are. Raises TypeError if the callback can't
    be called, ValueError if the nick is none or somebody has it.
    """

def especifica_fin(callback: Callable[[], object]) -> None:
    """Have a function called before the plug-in is unloaded or replaced. Raises TypeError if it can't be called."""

def envia_nick(handle: int, destinatario: int, mensaje: str) -> None:
    """Say a line to a client, in the name of a nick. Raises ValueError if there is no such client or nick."""

def nick(handle: int) -> str:
    """Give the nick of a handle. Raises ValueError if nobody has it."""
