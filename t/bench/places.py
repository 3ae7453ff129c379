"""Finds the project, httpd and the modules, and makes a stage that an unprivileged httpd can read."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
BENCH = PROJECT / "build" / "bench"
HTTPD = "/usr/sbin/apache2"
USER = "nobody" if os.geteuid() == 0 else None
ACCOUNT: dict[str, Any] = {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if USER else {}
"""The account that runs the servers, as subprocess takes it. Worker processes never start with root's group."""


def apxs(name: str) -> str:
    return subprocess.run(["apxs", "-q", name], check=True, capture_output=True, text=True).stdout.strip()


def find_module(file: str, build: Path) -> Path | None:
    """Find a module's file: ours in the build, then one that t/bench/install brought, then httpd's."""
    for folder in (build, BENCH, BENCH / "peers/usr/lib/apache2/modules", Path(apxs("LIBEXECDIR"))):
        if (folder / file).exists():
            return folder / file
    return None


class Stage:
    """A directory outside the source tree with everything that the servers read. It is removed at the end."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="pyhook-bench."))
        sources = {
            "apps": HERE / "apps",
            "compiled": PROJECT / "examples/compiled",
            "peers": BENCH / "peers",
            "python": PROJECT / "python",
        }
        for name, source in sources.items():
            if source.exists():
                shutil.copytree(source, self.path / name, symlinks=True)
        for folder in ("htdocs", "modules", "run"):
            (self.path / folder).mkdir()
        (self.path / "modules/python").symlink_to("../python")  # where the module looks for its package
        for name, content in files.items():
            (self.path / "htdocs" / name).write_bytes(content)
        self.path.chmod(0o755)

    def own(self, path: Path) -> Path:
        """Make a new directory for files that a server writes."""
        path.mkdir(parents=True, exist_ok=True)
        if USER is not None:
            shutil.chown(path, USER)
        return path

    def bring(self, module: Path) -> Path:
        """Put the module where the servers can read it."""
        staged = self.path / "modules" / module.name
        if not staged.exists():
            shutil.copy(module, staged)
            supervisor = module.with_name("pyhook-supervisor")
            if supervisor.exists():
                shutil.copy(supervisor, staged.with_name(supervisor.name))
        return staged

    def bring_extensions(self, build: Path) -> None:
        """What is built of examples/compiled, beside its sources."""
        for extension in (build / "examples/compiled").glob("*.so"):
            shutil.copy(extension, self.path / "compiled")

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
