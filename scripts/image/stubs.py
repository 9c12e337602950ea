"""Reads typeshed's stubs of the standard library as one Python version on Linux would see them."""

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

PLATFORM = "linux"


@dataclass
class Function:
    """A function with all its overloads."""

    nodes: list


@dataclass
class Class:
    """A class and the module whose names its bases refer to."""

    node: ast.ClassDef
    module: str


@dataclass
class Alias:
    """A name imported from another module; `name` is None where the name is the module itself."""

    module: str
    name: Optional[str]
    reexported: bool


@dataclass
class Variable:
    """Anything else that is bound; `stub_only` for type variables and type aliases."""

    stub_only: bool


@dataclass
class Module:
    symbols: dict = field(default_factory=dict)
    submodules: set = field(default_factory=set)
    all: Optional[list] = None


class Stubs:
    """The stubs below `root` (typeshed's stdlib folder), for `version`, a pair such as (3, 9)."""

    def __init__(self, root: Path, version: tuple):
        self.root = root
        self.version = version
        self.lifetimes = read_versions(root / "VERSIONS")
        self.paths = {}
        for path in sorted(root.rglob("*.pyi")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if self.exists(name):
                self.paths[name] = path
        self.cache = {}

    def exists(self, module: str) -> bool:
        while module not in self.lifetimes and "." in module:
            module = module.rpartition(".")[0]
        first, last = self.lifetimes[module]
        return first <= self.version and (last is None or self.version <= last)

    def module(self, name: str) -> Module:
        if name not in self.cache:
            self.cache[name] = Module()
            tree = ast.parse(self.paths[name].read_text(encoding="utf-8"))
            package = name if self.paths[name].name == "__init__.pyi" else name.rpartition(".")[0]
            Reader(self, name, package, self.cache[name]).body(tree.body)
        return self.cache[name]

    def exports(self, name: str) -> tuple:
        """The names that `from name import *` binds, and all names that the module has."""
        module = self.module(name)
        names = {n for n, symbol in module.symbols.items() if is_exported(n, symbol)} | module.submodules
        if module.all is not None:
            return set(module.all), names | set(module.all)
        return {n for n in names if not n.startswith("_")}, names

    def resolve(self, module: str, name: str):
        """The function, class or variable behind a name, or None."""
        for _ in range(20):
            if module not in self.paths:
                return None
            symbol = self.module(module).symbols.get(name)
            if not isinstance(symbol, Alias):
                return symbol
            if symbol.name is None:
                return None
            module, name = symbol.module, symbol.name
        return None

    def members(self, cls: Class) -> dict:
        """A class's members by name, those of its bases among them."""
        found = {}
        for base in reversed(cls.node.bases):
            target = base.value if isinstance(base, ast.Subscript) else base
            parent = self.resolve_expression(cls.module, target)
            if isinstance(parent, Class) and parent.node is not cls.node:
                found.update(self.members(parent))
        found.update(self.own_members(cls))
        return found

    def own_members(self, cls: Class) -> dict:
        own = Module()
        Reader(self, cls.module, cls.module, own).body(cls.node.body)
        return own.symbols

    def resolve_expression(self, module: str, node):
        if isinstance(node, ast.Name):
            return self.resolve(module, node.id) or self.resolve("builtins", node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            symbol = self.module(module).symbols.get(node.value.id)
            if isinstance(symbol, Alias) and symbol.name is None:
                return self.resolve(symbol.module, node.attr)
        return None


class Reader:
    """Walks a body, takes the branches that hold for the version, and fills `out`."""

    def __init__(self, stubs: Stubs, name: str, package: str, out: Module):
        self.stubs, self.name, self.package, self.out = stubs, name, package, out

    def body(self, statements):
        for node in statements:
            handler = getattr(self, type(node).__name__, None)
            if handler:
                handler(node)

    def If(self, node):
        self.body(node.body if holds(node.test, self.stubs.version) else node.orelse)

    def Try(self, node):
        self.body(node.body)

    def FunctionDef(self, node):
        known = self.out.symbols.get(node.name)
        if isinstance(known, Function) and is_overload(node):
            known.nodes.append(node)
        else:
            self.out.symbols[node.name] = Function([node])

    AsyncFunctionDef = FunctionDef

    def ClassDef(self, node):
        self.out.symbols[node.name] = Class(node, self.name)

    def Assign(self, node):
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, node.value, stub_only=is_type_variable(node.value))

    def AnnAssign(self, node):
        if isinstance(node.target, ast.Name):
            self.bind(node.target.id, node.value, stub_only="TypeAlias" in ast.unparse(node.annotation))

    def TypeAlias(self, node):
        self.out.symbols[node.name.id] = Variable(stub_only=True)

    def AugAssign(self, node):
        if isinstance(node.target, ast.Name) and node.target.id == "__all__":
            self.out.all = (self.out.all or []) + self.strings(node.value)

    def bind(self, name, value, stub_only):
        if name == "__all__" and value is not None:
            self.out.all = self.strings(value)
            self.out.symbols[name] = Variable(stub_only=False)
        elif isinstance(value, ast.Name) and not stub_only:
            # `name = other`, a second name of the same thing.
            known = self.out.symbols.get(value.id)
            self.out.symbols[name] = known or Alias("builtins", value.id, reexported=True)
        else:
            self.out.symbols[name] = Variable(stub_only)

    def strings(self, node):
        if isinstance(node, (ast.List, ast.Tuple)):
            return [element.value for element in node.elts]
        if isinstance(node, ast.BinOp):
            return self.strings(node.left) + self.strings(node.right)
        raise ValueError(f"{self.name}: __all__ in a form that is not read: {ast.unparse(node)}")

    def Import(self, node):
        for name in node.names:
            bound = name.asname or name.name.partition(".")[0]
            target = name.name if name.asname else bound
            self.out.symbols[bound] = Alias(target, None, reexported=name.asname == name.name)

    def ImportFrom(self, node):
        module = self.absolute(node)
        self.note_submodule(module)
        for name in node.names:
            if name.name == "*":
                for star in self.stubs.exports(module)[0]:
                    self.out.symbols[star] = Alias(module, star, reexported=True)
                continue
            bound = name.asname or name.name
            submodule = f"{module}.{name.name}"
            if submodule in self.stubs.paths:
                self.note_submodule(submodule)
                self.out.symbols[bound] = Alias(submodule, None, reexported=name.asname == name.name)
            else:
                self.out.symbols[bound] = Alias(module, name.name, reexported=name.asname == name.name)

    def absolute(self, node):
        if not node.level:
            return node.module
        parts = self.package.split(".")
        base = parts[: len(parts) - node.level + 1]
        return ".".join(base + ([node.module] if node.module else []))

    def note_submodule(self, module):
        # Importing a submodule in a package's __init__ binds its name there.
        prefix = self.name + "."
        if self.package == self.name and module.startswith(prefix):
            self.out.submodules.add(module[len(prefix) :].partition(".")[0])


def read_versions(path: Path) -> dict:
    lifetimes = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            name, _, span = line.partition(": ")
            first, _, last = span.partition("-")
            lifetimes[name] = (pair(first), pair(last) if last else None)
    return lifetimes


def pair(text: str) -> tuple:
    return tuple(int(part) for part in text.split("."))


def holds(test, version) -> bool:
    """The value of a `sys.version_info` or `sys.platform` guard."""
    if isinstance(test, ast.BoolOp):
        values = [holds(value, version) for value in test.values]
        return all(values) if isinstance(test.op, ast.And) else any(values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return not holds(test.operand, version)
    if isinstance(test, ast.Name) and test.id == "TYPE_CHECKING":
        return True
    if isinstance(test, ast.Compare):
        left, right = ast.unparse(test.left), ast.literal_eval(test.comparators[0])
        subject = {"sys.version_info": version, "sys.platform": PLATFORM}.get(left)
        operator = type(test.ops[0])
        if subject is not None and operator in OPERATORS:
            return OPERATORS[operator](subject, right)
    raise ValueError(f"guard in a form that is not read: {ast.unparse(test)}")


OPERATORS = {
    ast.GtE: lambda a, b: a >= b,
    ast.Lt: lambda a, b: a < b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


def is_overload(node) -> bool:
    return any("overload" in ast.unparse(decorator) for decorator in node.decorator_list)


def is_type_variable(value) -> bool:
    text = ast.unparse(value)
    return text.startswith(("TypeVar(", "ParamSpec(", "TypeVarTuple(", "NewType("))


def is_exported(name: str, symbol) -> bool:
    """Whether a name that a stub binds exists in the real module as well."""
    if isinstance(symbol, Alias):
        return symbol.reexported
    if name == "__getattr__":
        return False  # how a stub says that it is incomplete
    if isinstance(symbol, Variable):
        return not (symbol.stub_only and name.startswith("_"))
    if isinstance(symbol, Class) and name.startswith("_"):
        bases = {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in symbol.node.bases}
        return not bases & {"Protocol", "TypedDict", "NamedTuple"}
    return True
