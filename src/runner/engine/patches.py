"""Patches of modules: made right after their first import, or now where they are imported already."""
import importlib.machinery
import sys


class _Finder:
    """Finds a module as usual, and patches it once it is executed."""

    def __init__(self):
        self.patches = {}

    def find_spec(self, name, path=None, target=None):
        patches = self.patches.pop(name, None)
        if patches is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            for patch in patches:
                patch(module)

        spec.loader.exec_module = exec_module
        return spec


_FINDER = _Finder()


def after_import(patches):
    """Has functions patch modules; `patches` has them by the module's name."""
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    for name, patch in patches.items():
        if name in sys.modules:
            patch(sys.modules[name])
        else:
            _FINDER.patches.setdefault(name, []).append(patch)
