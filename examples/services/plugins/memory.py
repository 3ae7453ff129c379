"""Two nicks and a state: `remember` takes a line, `recall` gives all of them back."""

import Olimpo

remembered: list[str] = []


def inicio() -> None:
    Olimpo.comentario_modulo("remembers lines until it is unloaded")
    Olimpo.nuevo_nick("remember", "+ok", remember)
    Olimpo.nuevo_nick("recall", "+ok", recall)
    Olimpo.especifica_fin(fin)


def remember(handle: int, remitente: int, mensaje: str) -> None:
    remembered.append(f"{Olimpo.nick(remitente)} said {mensaje}")
    Olimpo.envia_nick(handle, remitente, f"{len(remembered)} remembered")


def recall(handle: int, remitente: int, mensaje: str) -> None:
    for line in remembered:
        Olimpo.envia_nick(handle, remitente, line)
    Olimpo.envia_nick(handle, remitente, "that is all")


def fin() -> None:
    print(f"{len(remembered)} lines are forgotten", flush=True)
