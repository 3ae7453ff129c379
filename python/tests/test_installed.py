"""What `pip install ./python` gives to an environment without httpd: the package, its types and its licence."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import pyhook

PYTHON = Path(__file__).parents[1]

HANDLER = """
from pyhook import HTTPError, Request, shared
from pyhook.testing import FakeRequest

def show(req: Request) -> str:
    reveal_type(req)
    reveal_type(req.headers_in.get_all("Accept"))
    reveal_type(shared["hits"].incr("all"))
    req.status = "no number"
    req.no_such_field
    if req.user is None:
        raise HTTPError(403)
    return req.user

show(FakeRequest("/", user="ada"))
"""


def run(*words: str | Path, directory: Path, fails: bool = False) -> str:
    """Elsewhere than here, where Python and mypy would find the package without any installation."""
    done = subprocess.run([str(word) for word in words], cwd=directory, capture_output=True, text=True)
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, since setuptools builds beside what it packs."""
    copy = tmp_path_factory.mktemp("source") / "python"
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "build", "*.egg-info")
    return Path(shutil.copytree(PYTHON, copy, ignore=ignored))


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    options = ("--quiet", "--no-index", "--no-build-isolation", "--no-deps")
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", ".", source, directory=source.parent)
    [made] = source.parent.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Path:
    directory = wheel.parent / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", directory, directory=wheel.parent)
    python = directory / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", wheel, directory=wheel.parent)
    return directory


def files_of(*folders: str) -> set[str]:
    found = (file for folder in folders for file in (PYTHON / folder).rglob("*.*") if "__pycache__" not in file.parts)
    return {str(file.relative_to(PYTHON)) for file in found}


def test_the_wheel_has_every_file_of_the_package_and_of_the_stub(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == files_of("pyhook", "_pyhook-stubs")
    assert [name for name in names if name.endswith("/LICENSE")]


def test_the_sdist_has_them_too(source: Path) -> None:
    run(sys.executable, "-c", "from setuptools.build_meta import build_sdist; build_sdist('..')", directory=source)
    [made] = source.parent.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        packed = {file.name.partition("/")[2] for file in archive.getmembers() if file.isfile()}
    assert files_of("pyhook", "_pyhook-stubs") | {"README.md", "pyproject.toml", "LICENSE"} <= packed


def test_the_version_is_the_packages(environment: Path) -> None:
    code = "import importlib.metadata, pyhook; print(importlib.metadata.version('pyhook'), pyhook.__version__, pyhook.__file__)"
    installed, live, file = run(environment / "bin" / "python", "-c", code, directory=environment).split()
    assert (installed, live) == (pyhook.__version__, pyhook.__version__)
    assert Path(file).is_relative_to(environment)


def test_mypy_knows_the_types_after_installation(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text(HANDLER)
    options = ("--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}")
    python = environment / "bin" / "python"
    words = ("-m", "mypy", *options, "--python-executable", python, "handler.py")
    said = run(sys.executable, *words, directory=tmp_path, fails=True).replace("builtins.", "")
    assert re.findall(r'Revealed type is "(.*)"', said) == ["_pyhook.request.Request", "list[str]", "int"]
    assert re.findall(r":(\d+): error: .*\[([a-z-]+)\]", said) == [("9", "assignment"), ("10", "attr-defined")]
