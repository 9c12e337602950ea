"""Writes src/image/data/stdlib.txt and versions.txt from the typeshed inside mypy 1.19.1.

stdlib.txt: what Python 3.9 on Linux has. One line a module, sorted:
    module<TAB>names that `from module import *` binds<TAB>its other names
versions.txt: what later versions added or removed. One line a fact, sorted by key:
    key[ +3.x][ -3.y]
where key is `module`, `module:name`, `module:Class.member`, or one of the last two (or a class) with
`(parameter)`. `+` is the version that added it, `-` the first version without it.

Usage: python stdlib.py [FOLDER_OF_TYPESHED_STDLIB]   (without it, pip downloads mypy)
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from corrections import MISSING_FROM_STUBS, NOT_A_CHANGE, STUB_ONLY, UNSTUBBED_MODULES
from stubs import Class, Function, Stubs

MYPY = "mypy==1.19.1"
BASE = (3, 9)
LATER = [(3, minor) for minor in range(10, 15)]
DATA = Path(__file__).resolve().parents[2] / "src" / "image" / "data"


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(sys.argv[1]) if len(sys.argv) > 1 else download(Path(folder))
        base = Stubs(root, BASE)
        (DATA / "stdlib.txt").write_text(stdlib_text(base), encoding="utf-8")
        later = [Stubs(root, version) for version in LATER]
        (DATA / "versions.txt").write_text(versions_text(base, later), encoding="utf-8")


def download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run(command + ["--python-version", "3.9", "--dest", str(folder), MYPY], check=True)
    (wheel,) = folder.glob("mypy-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder / "mypy" / "typeshed" / "stdlib"


def is_real(module: str) -> bool:
    """Whether a stub stands for a module that Python has."""
    return module.partition(".")[0] != "_typeshed" and module not in STUB_ONLY


def exports(stubs: Stubs, module: str) -> tuple:
    """The star names and all names of a module, corrected where the stubs differ from the real module."""
    star, names = stubs.exports(module)
    absent = {name for name in names if f"{module}:{name}" in STUB_ONLY}
    return star - absent, names - absent


def stdlib_text(base: Stubs) -> str:
    lines = {module: ([], []) for module in UNSTUBBED_MODULES}
    for module in filter(is_real, base.paths):
        star, names = exports(base, module)
        names |= set(MISSING_FROM_STUBS.get(module, ()))
        lines[module] = (sorted(star), sorted(names - star))
    rows = [f"{module}\t{' '.join(star)}\t{' '.join(rest)}\n" for module, (star, rest) in sorted(lines.items())]
    return "".join(rows)


def versions_text(base: Stubs, later: list) -> str:
    versions = [Facts(stubs) for stubs in [base, *later]]
    lines = []
    for key in sorted(set().union(*(version.own for version in versions)) - set(NOT_A_CHANGE)):
        present = [version.has(key) for version in versions]
        if present[0] is None or all(here is not False for here in present):
            continue
        parts = [key]
        first = present.index(True)
        if first > 0:
            parts.append("+3.%d" % LATER[first - 1][1])
        if False in present[first:]:
            parts.append("-3.%d" % LATER[present.index(False, first) - 1][1])
        lines.append(" ".join(parts) + "\n")
    return "".join(lines)


class Facts:
    """All keys of one version, and the owners (modules, classes, callables) of which all is known.

    `own` leaves out what a class has from its bases: `add_note` is a fact of BaseException alone.
    """

    def __init__(self, stubs: Stubs):
        self.stubs = stubs
        self.keys, self.own, self.owners = set(), set(), set()
        for module in filter(is_real, stubs.paths):
            self.add(module)
            self.owners.add(module)
            for name in filter(is_public, exports(stubs, module)[1]):
                self.add_name(module, f"{module}:{name}", name)
            package, _, name = module.rpartition(".")
            if package and is_public(name):
                self.add(f"{package}:{name}")

    def has(self, key: str):
        """Whether the version has it; None where the owner is not there, or takes any parameter."""
        if key in self.keys:
            return True
        if ":" not in key:
            return False
        if key.endswith(")"):
            owner = key.partition("(")[0] + "("
        else:
            owner = key.rpartition("." if "." in key.partition(":")[2] else ":")[0]
        return False if owner in self.owners else None

    def add(self, key: str, own: bool = True):
        self.keys.add(key)
        if own:
            self.own.add(key)

    def add_name(self, module: str, key: str, name: str):
        self.add(key)
        symbol = self.stubs.resolve(module, name)
        if isinstance(symbol, Function):
            self.add_parameters(key, symbol)
        elif isinstance(symbol, Class):
            self.owners.add(key)
            members, own = self.stubs.members(symbol), self.stubs.own_members(symbol)
            for member, value in members.items():
                if is_public(member):
                    self.add(f"{key}.{member}", member in own)
                    if isinstance(value, Function):
                        self.add_parameters(f"{key}.{member}", value, member in own)
            makers = [members[maker] for maker in ("__new__", "__init__") if maker in members]
            self.add_parameters(key, Function([n for m in makers if isinstance(m, Function) for n in m.nodes]))

    def add_parameters(self, key: str, function: Function, own: bool = True):
        """The parameters that can be given by keyword; a callable that takes any keyword is no owner."""
        if function.nodes and not any(node.args.kwarg for node in function.nodes):
            self.owners.add(key + "(")
        for node in function.nodes:
            for argument in node.args.args + node.args.kwonlyargs:
                if argument.arg not in ("self", "cls") and not argument.arg.startswith("_"):
                    self.add(f"{key}({argument.arg})", own)


def is_public(name: str) -> bool:
    return not name.startswith("_")


if __name__ == "__main__":
    main()
