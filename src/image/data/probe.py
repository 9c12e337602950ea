# d3: utility
"""Tells d3ls what this D3 server offers to Python commands: names only, no values, and nothing is changed.

Paste it into a new Python utility command with the internal name ProbeImage, run it in the Test tab, and save what
it gives (its Raw Data, or the Custom Log) as a file. `d3ls image import FILE` makes the image profile of it.
"""
# What is bound before this script binds anything was put there by D3's engine.
GIVEN = dict(globals())

import builtins
import importlib.metadata
import json
import pkgutil
import platform

EXPECTED = []


def _is_public(name):
    return not name.startswith("_")


def _libraries():
    """The installed distributions, with the modules that each provides."""
    libraries = []
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            modules = sorted(_modules(distribution.files or []))
            libraries.append({"distribution": name, "version": distribution.version, "modules": modules})
    return sorted(libraries, key=lambda library: library["distribution"].lower())


def _modules(files):
    """The modules among the files of a distribution; dotted where they lie in a package that others share."""
    names = {str(file).replace("\\", "/") for file in files}
    modules = set()
    for name in names:
        folders, _, last = name.rpartition("/")
        stem, _, ending = last.partition(".")
        if name.startswith("..") or ".dist-info" in name or ".egg-info" in name or "__pycache__" in name:
            continue
        if ending.rpartition(".")[2] not in ("py", "so", "pyd"):
            continue
        parts = [part for part in folders.split("/") if part]
        owned = [count for count in range(1, len(parts) + 1) if "/".join(parts[:count]) + "/__init__.py" in names]
        module = ".".join(parts[:owned[0]] if owned else parts + [stem])
        if all(part.isidentifier() for part in module.split(".")) and stem != "__main__":
            modules.add(module)
    return modules


def _path(name, value):
    """The dotted path of something that the engine imported."""
    if type(value).__name__ == "module":
        return value.__name__
    module, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    return f"{module}.{own}" if module and own and module != "__main__" else name


def _globals():
    """The names that scripts find without importing them, and what each is."""
    found = {name: value for name, value in GIVEN.items() if _is_public(name) and not hasattr(builtins, name)}
    given = GIVEN.get("__builtins__")
    for name in EXPECTED:
        # An engine may make them only when they are first read.
        if name not in found and isinstance(given, dict):
            try:
                found[name] = given[name]
            except KeyError:
                continue
    return {name: _path(name, value) for name, value in sorted(found.items())}


def ProbeImage():
    """What the server offers, as JSON in the log and in rawData."""
    utility = getattr(GIVEN.get("D3"), "Utility", None)
    report = {
        "d3ls": "image probe",
        "version": 1,
        "python": platform.python_version(),
        "libraries": _libraries(),
        "modules": sorted({module.name for module in pkgutil.iter_modules() if _is_public(module.name)}),
        "pb": sorted(filter(_is_public, dir(pb))),
        "globals": _globals(),
        "runtime": sorted(str(key) for key in runtime),
        "utilityCommands": sorted(filter(_is_public, dir(utility))) if utility is not None else [],
    }
    pb.log(json.dumps(report))
    return pb.returnOutputModel(f"Python {report['python']}", "Successful", "", "", report, "")
