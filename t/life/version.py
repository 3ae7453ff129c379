import sys

import pyhook


def both(req: pyhook.Request) -> str:
    return f"{pyhook.__version__} {sys.version_info[0]}.{sys.version_info[1]}{'t' * ('t' in sys.abiflags)}"
