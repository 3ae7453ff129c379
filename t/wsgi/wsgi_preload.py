"""Factories that say where they are called."""

import pyhook


def application_named(name):
    print(f"loaded {name} in {pyhook.interpreter_name()}")

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{name} {pyhook.interpreter_name()}".encode()]

    return application


def in_main():
    return application_named("in_main")


def in_alias():
    return application_named("in_alias")


def in_section():
    return application_named("in_section")


def in_pool():
    return application_named("in_pool")


def in_virtual():
    return application_named("in_virtual")


def late():
    return application_named("late")


def broken():
    raise RuntimeError("not today")
