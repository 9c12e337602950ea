"""The names that a script finds: pb, runtime, args, input, D3, the reserved classes, and what the image imports."""
import builtins
import importlib

entries = load("entries")


class APIError(Exception):
    """Reserved by D3's playbook engine; its parameters are not documented."""


class HTTPAPIError(APIError):
    """Reserved by D3's playbook engine; its parameters are not documented."""


class D3CallError(Exception):
    """A D3 call that has no answer here, or that D3 refuses."""


D3CallError.__module__ = APIError.__module__ = HTTPAPIError.__module__ = "d3"


class MissingLibrary(BaseException):
    """A library that D3's image has and this Python has not. No script can catch it by accident."""

    def __init__(self, module, distribution):
        super().__init__(module, distribution)
        self.module = module
        self.distribution = distribution


class OutputModel(dict):
    """What pb.returnOutputModel gives."""


class PlaybookRunTime:
    """The class of pb."""

    def __init__(self, state):
        self.__dict__["_state"] = state
        self.__dict__["runtime"] = state.runtime

    def log(self, *values):
        self._state.log(" ".join(str(value) for value in values))

    def returnOutputModel(self, result, returnData, keyFields, contextData, rawData, errors, passdownData=None):
        values = (result, returnData, keyFields, contextData, rawData, errors, {} if passdownData is None else passdownData)
        return OutputModel(zip(self._state.job["words"]["fields"], values))

    def __getattr__(self, name):
        if name in self._state.job["image"]["pb"]:
            return _Stub(self._state, name)
        known = ", ".join(self._state.job["image"]["pb"])
        raise AttributeError(
            "pb has no member '%s' that the image profile knows (it knows %s); `d3ls image probe` finds out what D3 has"
            % (name, known)
        )


class _Stub:
    """A member of pb that the image lists and D3 does not document: it answers from recorded entries."""

    def __init__(self, state, name):
        self._state, self._name = state, "pb." + name

    def __call__(self, *arguments, **named):
        found, value = self._state.answers.take(self._name, arguments, named)
        if not found:
            self._state.note(
                "%s was called; nobody knows what it does in D3, so it did nothing and gave None"
                % entries.shown_call(self._name, arguments, named)
            )
        return value


class _D3:
    """D3: the way to utility and integration commands."""

    def __init__(self, state):
        self.Utility = _Utilities(state)
        self.Integration = _Integrations(state)


class _Utilities:
    def __init__(self, state):
        self._state = state

    def __getattr__(self, name):
        return _Utility(self._state, name, None)


class _Utility:
    """D3.Utility.name, or D3.Utility.name<Type>: d3ls writes the type as an attribute of the same length."""

    def __init__(self, state, name, kind):
        self._state, self._name, self._kind = state, name, kind

    def __getattr__(self, kind):
        if self._kind is not None or kind.startswith("__"):
            raise AttributeError(kind)
        return _Utility(self._state, self._name, kind.replace("_", " "))

    def __call__(self, *arguments, **named):
        state, call = self._state, "D3.Utility." + self._name
        found, value = state.answers.take(call, arguments, named)
        if found:
            return value
        behaviour = state.job["utilities"].get(self._name)
        if behaviour is not None:
            return load("utility").call(call, behaviour, arguments, named, D3CallError)
        raise state.unanswered(call, arguments, named)


class _Integrations:
    def __init__(self, state):
        self._state = state

    def __getattr__(self, name):
        return _Integration(self._state, name)


class _Integration:
    def __init__(self, state, name):
        self._state, self._name = state, name

    def __getattr__(self, command):
        def call(*arguments, **named):
            return self._state.call_integration(self._name, command, arguments, named)

        call.__name__ = call.__qualname__ = command
        return call


class Builtins(dict):
    """Python's builtins for the script, under which the image's imported names are found when first used."""

    def __init__(self, state, namespace):
        super().__init__(vars(builtins))
        self._state, self._namespace = state, namespace
        self["__import__"] = self._import

    def __missing__(self, name):
        path = self._state.job["image"]["globals"].get(name)
        if path is None:
            raise KeyError(name)
        value = self._namespace[name] = _load(self._state, path)
        return value

    def _import(self, name, globals=None, locals=None, fromlist=(), level=0):
        try:
            return builtins.__import__(name, globals, locals, fromlist, level)
        except ModuleNotFoundError as error:
            _check_missing(self._state, error)
            raise


def _load(state, path):
    """The value of a dotted path: a module, or a member of one."""
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError as error:
            if error.name != ".".join(parts[:count]) or count == 1:
                _check_missing(state, error)
                raise
            continue
        for part in parts[count:]:
            value = getattr(value, part)
        return value
    raise ImportError(path)


def _check_missing(state, error):
    """Ends the run if the image has the module that this Python has not."""
    libraries = state.job["image"]["libraries"]
    name = error.name or ""
    while name:
        if name in libraries:
            raise MissingLibrary(error.name, libraries[name])
        name = name.rpartition(".")[0]


def fill(namespace, state, values):
    """Puts the engine's names into a script's namespace."""
    pb = PlaybookRunTime(state)
    namespace.update({
        "pb": pb,
        "runtime": state.runtime,
        "args": [value for _, value in values],
        "input": {name: value for name, value in values},
        "D3": _D3(state),
        "PlaybookRunTime": PlaybookRunTime,
        "APIError": APIError,
        "HTTPAPIError": HTTPAPIError,
        "__builtins__": Builtins(state, namespace),
    })
