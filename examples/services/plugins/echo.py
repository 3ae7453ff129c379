"""The least of a plug-in: what is said to `echo` comes back."""

import Olimpo


def inicio() -> None:
    Olimpo.comentario_modulo("says again what was said")
    Olimpo.nuevo_nick("echo", "+odk", on_message)


def on_message(handle: int, remitente: int, mensaje: str) -> None:
    Olimpo.envia_nick(handle, remitente, mensaje)
