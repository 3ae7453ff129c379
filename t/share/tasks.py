"""Tasks and callbacks of tasks.t: each leaves a mark in shared memory or in the error log."""

import os

import pyhook

marks = pyhook.shared["marks"]
me = f"{os.getpid()} {pyhook.interpreter_name()}"


@pyhook.on_child_init
def started():
    marks.set(f"init {me}", 1)


@pyhook.on_child_init
def broken_start():
    raise RuntimeError("broken start")


@pyhook.on_exit
def first_registered():
    pyhook.log(f"exit one {me} {pyhook.is_stopping()}", "notice")


@pyhook.on_exit
def broken_exit():
    raise RuntimeError("broken exit")


@pyhook.on_exit
def last_registered():
    pyhook.log(f"exit two {me}", "notice")


@pyhook.every(seconds=0.02)
def in_every_child():
    marks.incr(f"each {me}")


@pyhook.every(seconds=0.02, once_per_server=True)
def in_one_child():
    holder = marks.get("holder")
    if holder != me:
        marks.set("holder", me)
        marks.incr("holders")
    marks.incr("once")


@pyhook.every(seconds=0.02)
def broken_task():
    marks.incr(f"broken {me}")
    if marks.add(f"raised {me}", 1):
        raise RuntimeError("broken task")


def show(req):
    return "\n".join(f"{key}: {marks.get(key)}" for key in sorted(marks)) + "\n"


def misuse(req):
    answers = []
    for arguments in ({"seconds": 0}, {"seconds": -1}, {"seconds": "1"}, {"seconds": True}, {"seconds": float("nan")}, {}):
        try:
            pyhook.every(**arguments)
        except (TypeError, ValueError) as error:
            answers.append(type(error).__name__)
    for register in (pyhook.on_exit, pyhook.on_child_init, pyhook.every(seconds=1)):
        try:
            register("no function")
        except TypeError as error:
            answers.append(str(error))
    return "\n".join(answers)
