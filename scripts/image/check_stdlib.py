"""Compares src/image/data/stdlib.txt and versions.txt with a real Python 3.9. Run it with that Python.

Prints every difference that corrections.py does not explain, and exits 1 if there is one.
"""

import functools
import importlib
import importlib.util
import inspect
import os
import pkgutil
import sys
import warnings
from fnmatch import fnmatchcase
from pathlib import Path

from corrections import (
    ACCIDENTAL,
    BUILD_DEPENDENT,
    NEW_IN_A_PATCH,
    NOT_IMPORTED,
    OTHER_PLATFORM,
    PATCHED,
    SPLIT_OFF,
    UNSTUBBED_MODULES,
)

DATA = Path(__file__).resolve().parents[2] / "src" / "image" / "data"


def main():
    if sys.version_info[:2] != (3, 9) or sys.platform != "linux":
        sys.exit("run this with Python 3.9 on Linux")
    warnings.simplefilter("ignore")
    listed = {}
    for line in (DATA / "stdlib.txt").read_text(encoding="utf-8").splitlines():
        module, star, rest = line.split("\t")
        listed[module] = (set(star.split()), set(rest.split()))
    problems = []
    real = {}
    for module in sorted(set(listed) | set(real_modules())):
        if is_skipped(module):
            continue
        if module not in listed:
            if not may_differ(module):
                problems.append(f"module {module}: exists, is not listed")
            continue
        try:
            real[module] = load(module)
        except Exception as error:
            if module not in OTHER_PLATFORM and not may_differ(module):
                problems.append(f"module {module}: listed, cannot be imported: {error!r}")
            continue
    for module, loaded in real.items():
        if module in UNSTUBBED_MODULES:
            continue
        problems += names_differ(module, loaded, *listed[module])
    facts, checked = check_versions(real)
    problems += facts
    print("\n".join(problems))
    print(f"{len(real)} modules and {checked} changes compared, {len(problems)} differences")
    return 1 if problems else 0


def real_modules():
    """The modules that this Python's own library has."""
    yield from sys.builtin_module_names
    folder = os.path.dirname(os.__file__)
    paths = [folder, os.path.join(folder, "lib-dynload")]
    todo = [("", paths)]
    while todo:
        prefix, where = todo.pop()
        for info in pkgutil.iter_modules(where):
            name = prefix + info.name
            if not is_skipped(name):
                yield name
                if info.ispkg:
                    todo.append((name + ".", [os.path.join(p, info.name) for p in where]))


def is_skipped(module):
    return any(module == skipped or module.startswith(skipped + ".") for skipped in NOT_IMPORTED + absent_packages())


@functools.lru_cache(maxsize=None)
def absent_packages():
    """The split-off packages that this Python has not, or of which it has only a stump."""
    missing = []
    for package in SPLIT_OFF:
        try:
            importlib.import_module(package)
        except ImportError:
            missing.append(package)
    if importlib.util.find_spec("distutils.core") is None and "distutils" not in missing:
        missing.append("distutils")
    return missing


def load(module):
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        # `os.path` and `xml.etree.cElementTree` like: an attribute of its parent, no module file.
        parent, _, name = module.rpartition(".")
        if parent and inspect.ismodule(getattr(load(parent), name, None)):
            return getattr(load(parent), name)
        raise error


def names_differ(module, loaded, star, rest):
    names = star | rest
    for name in sorted(names):
        if not hasattr(loaded, name) and not may_differ(module, name) and not is_submodule(loaded, name):
            yield f"{module}:{name} listed, does not exist"
    declared = getattr(loaded, "__all__", None)
    for name in sorted(vars(loaded)):
        if name in names or may_differ(module, name) or is_private(module, name, declared):
            continue
        value = vars(loaded)[name]
        if declared is None and (inspect.ismodule(value) or comes_from_elsewhere(loaded, value)):
            continue
        yield f"{module}:{name} exists, is not listed"
    difference = [n for n in set(declared or star) ^ star if not may_differ(module, n)]
    if difference:
        yield f"{module}: __all__ differs from the star names: {' '.join(sorted(difference))}"


def matches(text, patterns):
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def may_differ(module, name=None):
    """Whether builds or patch versions of 3.9 differ in a module, or in a name of it."""
    if name and sys.version_info[:3] < PATCHED and matches(f"{module}:{name}", NEW_IN_A_PATCH):
        return True
    for pattern, names in BUILD_DEPENDENT.items():
        if fnmatchcase(module, pattern) and (name is None or matches(name, names)):
            return True
    return False


def is_submodule(loaded, name):
    return hasattr(loaded, "__path__") and importlib.util.find_spec(f"{loaded.__name__}.{name}") is not None


def is_private(module, name, declared):
    if declared is not None:
        return name not in declared
    return name.startswith("_") or matches(f"{module}:{name}", ACCIDENTAL)


def comes_from_elsewhere(loaded, value):
    """A name that the module only imports: the stubs leave those out on purpose."""
    return getattr(value, "__module__", loaded.__name__) != loaded.__name__


def check_versions(real):
    """Each `+` must be absent here, each `-` present, as far as this can be seen without calling anything."""
    problems, checked = [], 0
    for line in (DATA / "versions.txt").read_text(encoding="utf-8").splitlines():
        key, *changes = line.split(" ")
        module, _, rest = key.partition(":")
        if not rest:
            here = module in real
            if module not in OTHER_PLATFORM and not is_skipped(module):
                checked += 1
                if here == changes[0].startswith("+"):
                    problems.append(f"{line}: {'exists' if here else 'does not exist'} here")
            continue
        if module not in real:
            continue
        here = has(real[module], rest)
        if here is None or may_differ(module, rest) or f"{module}.{rest}" in OTHER_PLATFORM:
            continue
        checked += 1
        if here == changes[0].startswith("+"):
            problems.append(f"{line}: {'exists' if here else 'does not exist'} here")
    return problems, checked


def has(module, path):
    """Whether `name`, `Class.member` or `callable(parameter)` exists in a module; None where it cannot be seen."""
    path, _, parameter = path.rstrip(")").partition("(")
    value = module
    for name in path.split("."):
        if not hasattr(value, name):
            return None if parameter or (value is not module and not is_static(value)) else False
        value = getattr(value, name)
    if not parameter:
        return True
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    by_keyword = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    if any(p.kind == p.VAR_KEYWORD for p in parameters):
        return True if parameter in by_keyword else None
    return parameter in by_keyword


def is_static(value):
    """Whether a class's members are all visible on the class: instance attributes of Python classes are not."""
    return not inspect.isclass(value) or value.__module__ == "builtins"


if __name__ == "__main__":
    sys.exit(main())
