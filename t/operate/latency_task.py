"""A task whose time is measured."""

import pyhook


@pyhook.every(seconds=0.05)
def tick():
    pass
