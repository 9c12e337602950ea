"""Runs one command as D3 would: attempts on a virtual clock, scheduled ticks, the verdict."""
import sys
import types

clock = load("clock")
entries = load("entries")
names = load("names")
report = load("report")

CLOCK = clock.CLOCK
# Code by path, text and flags: a warm engine compiles a script once.
COMPILED = {}


class Refused(BaseException):
    """The run makes no sense: nothing that D3 would do with the script. Its text says why."""


class State:
    """One run: its job, its clock, what was recorded for it, and what it found out."""

    def __init__(self, job, emit):
        self.job = job
        self.emit = emit
        self.answers = entries.Answers(job["d3"])
        self.files = {part["path"] for part in job["parts"]}
        self.runtime = {}
        self.namespace = {}
        self.notes = set()
        self.http = None

    def log(self, text):
        self.emit("log", text=text.encode("utf-8", "backslashreplace").decode())

    def note(self, text):
        """Tells the user something, once."""
        if text not in self.notes:
            self.notes.add(text)
            self.emit("note", text=text)

    def unanswered(self, call, arguments, named):
        """The exception for a call that nothing answers; the user is told even if the script swallows it."""
        text = "nothing answers %s here: add this entry to the `d3` of a test case, with what D3 would return: %s" % (
            entries.shown_call(call, arguments, named),
            entries.entry_for(call, arguments, named),
        )
        self.note(text)
        return names.D3CallError(text)

    def refuse_call(self, text):
        self.note(text)
        raise names.D3CallError(text)

    def call_integration(self, integration, command, arguments, named):
        """Runs a command of the same script, where D3 allows that."""
        call = "D3.Integration.%s.%s" % (integration, command)
        own = self.job["integration"]
        if own["kind"] == "utility":
            self.refuse_call("%s: a utility command can't call integration commands; D3 refuses it" % call)
        if own["name"] is not None and integration != own["name"]:
            self.refuse_call(
                "%s: a command can only call commands of its own integration, which is %s; D3 refuses it" % (call, own["name"])
            )
        found, value = self.answers.take(call, arguments, named)
        if found:
            return value
        inputs = own["commands"].get(command) if own["commands"] is not None else []
        if inputs is None:
            if command in own["others"]:
                raise self.unanswered(call, arguments, named)
            self.refuse_call("%s: the integration has no command %s" % (call, command))
        function = self.namespace.get(command)
        if not callable(function):
            self.refuse_call("%s: the script defines no function %s" % (call, command))
        given = list(arguments)
        for name, kind, value in inputs[len(given):]:
            given.append(named.pop(name) if name in named else make(kind, value))
        model = function(*given, **named)
        if not is_model(model, self.job["words"]):
            self.refuse_call("%s gave no output model, but %s" % (call, describe(model)))
        return {field: entries.plain(model.get(field, {})) for field in self.job["words"]["fields"]}


def make(kind, value):
    """An input as the script gets it; d3ls has converted it to what JSON can hold."""
    return clock.parse(value) if kind == "DateTime" and isinstance(value, str) else value


def is_model(value, words):
    return isinstance(value, dict) and set(words["required"]) <= set(value) <= set(words["fields"])


def describe(value):
    if value is None:
        return "None: no `return pb.returnOutputModel(...)` was reached"
    if isinstance(value, types.CoroutineType):
        value.close()
        return "a coroutine: the command is `async def`, and D3 does not await it"
    return "a value of type %s" % type(value).__name__


def compile_parts(job):
    """The code of system and custom script, each under its own name and lines."""
    parts = job["parts"]
    if len(parts) > 1 and "__future__" in parts[-1]["text"]:
        _check_future(parts)
    flags = 0
    codes = []
    for part in parts:
        key = (part["path"], part["text"], flags)
        code = COMPILED.get(key) or compile(part["text"], part["path"], "exec", flags=flags, dont_inherit=True)
        COMPILED[key] = code
        flags |= code.co_flags & _future_flags()
        codes.append(code)
    return codes


def _check_future(parts):
    """In the final script a `from __future__` of the custom script stands in the middle, which Python refuses."""
    before = parts[0]["text"]
    whole = before + ("" if before.endswith(("\n", "\r")) else "\n") + parts[1]["text"]
    try:
        compile(whole, parts[1]["path"], "exec", dont_inherit=True)
    except SyntaxError as error:
        lines = whole[: len(whole) - len(parts[1]["text"])].replace("\r\n", "\n").replace("\r", "\n").count("\n")
        if error.lineno is not None and error.lineno > lines:
            error.lineno -= lines
            raise


def _future_flags():
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


class Attempt:
    """One call of the command, in a namespace of its own."""

    def __init__(self, state, codes, values, retrycount):
        self.state, self.codes, self.values, self.retrycount = state, codes, values, retrycount
        self.function = None

    def call(self):
        state, words = self.state, self.state.job["words"]
        state.runtime = {words["retrycount"]: self.retrycount}
        if state.job["integration"]["kind"] != "utility":
            state.runtime[words["connector"]] = entries.plain(state.job["connection"])
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        state.namespace = module.__dict__
        names.fill(state.namespace, state, self.values)
        for code in self.codes:
            exec(code, state.namespace)
        self.function = state.namespace.get(state.job["command"])
        if not callable(self.function):
            raise Refused("the script defines no function `%s`" % state.job["command"])
        if state.job["undeclared"] and self.values and self.values[0][0] is not None:
            return self.function(**dict(self.values))
        return self.function(*[value for _, value in self.values])

    def run(self):
        """The output model and the error, one of them None."""
        words = self.state.job["words"]
        try:
            model = self.call()
        except (Refused, names.MissingLibrary):
            raise
        except SystemExit as error:
            failure = report.failure(error, self.state.files, self.function)
            status = "" if error.code is None else " with %r" % (error.code,)
            failure["type"], failure["message"] = "Exit", "the script ended itself%s instead of returning" % status
            return None, failure
        except BaseException as error:
            return None, report.failure(error, self.state.files, self.function)
        if not is_model(model, words):
            return None, self.error("NoOutputModel", "the command returned " + describe(model))
        try:
            return {field: report.plain(model.get(field, {}), field) for field in words["fields"]}, None
        except report.NotSerialisable as error:
            return None, self.error("NotSerialisable", str(error))

    def error(self, kind, message):
        code = getattr(self.function, "__code__", None)
        frames = []
        if code is not None and code.co_filename in self.state.files:
            frames = [{"path": code.co_filename, "line": code.co_firstlineno, "function": code.co_name}]
        return {"type": kind, "message": message, "traceback": frames}


def retry_delay(state, model, retrycount):
    """The delay in seconds before the next attempt, or None if the model asks for none."""
    words = state.job["words"]
    wanted = model[words["returnData"]]
    if wanted == words["retryAction"]:
        state.note(
            "%s is the text %r; D3's sample asks for a retry with a dictionary, so there was no retry"
            % (words["returnData"], wanted)
        )
    if not isinstance(wanted, dict) or wanted.get(words["retryKey"]) != words["retryAction"]:
        return None
    delays = wanted.get(words["delayKey"])
    delays = delays if isinstance(delays, list) else [delays]
    delay = delays[min(retrycount, len(delays) - 1)] if delays else None
    try:
        return max(0, float(delay) if not float(delay).is_integer() else int(delay))
    except (TypeError, ValueError):
        state.note("%s holds no number of seconds for attempt %d; the wait is taken as 0" % (words["delayKey"], retrycount + 1))
        return 0


def run_tick(state, codes, values):
    """Attempts until the command asks for no more."""
    limit = state.job["maxAttempts"]
    for retrycount in range(limit):
        state.emit("attempt", retrycount=retrycount)
        state.emit.watch(state.job["timeout"])
        attempt = Attempt(state, codes, values, retrycount)
        model, error = attempt.run()
        delay = None if model is None else retry_delay(state, model, retrycount)
        if delay is None:
            failed = model is None or bool(model[state.job["words"]["errors"]])
            state.emit("ended", outcome="error" if model is None else "failure" if failed else "success", delay=None)
            return model, error
        state.emit("ended", outcome="retry", delay=delay)
        CLOCK.advance(delay)
    return None, attempt.error("RetryLimit", "the command asked for a retry %d times in a row; the runner stops here" % limit)


def run(job, emit):
    """Runs the job and tells d3ls what came of it."""
    state = State(job, emit)
    clock.install()
    CLOCK.base = job["now"]
    CLOCK.network = job["network"]
    CLOCK.really = job["network"] and job["now"] is None
    if not job["network"] or job["record"]:
        load("network").install(job["record"])
        load("network").STATE = state
    try:
        codes = compile_parts(job)
    except (SyntaxError, ValueError) as error:
        emit("tick", now=clock.show(CLOCK.now_ns()), start=None, end=None)
        emit("attempt", retrycount=0)
        emit("ended", outcome="error", delay=None)
        emit("result", model=None, error=report.failure(error, state.files))
        emit("done")
        return
    coverage = load("coverage").Coverage(state.files) if job["coverage"] else None
    try:
        if coverage:
            coverage.start()
        run_ticks(state, codes)
    except Refused as refusal:
        emit("refused", text=str(refusal))
    except names.MissingLibrary as missing:
        emit("missing", module=missing.module, distribution=missing.distribution)
    else:
        if coverage:
            coverage.stop()
            emit("covered", files=coverage.report(codes))
        if job["record"]:
            emit("recorded", entries=load("network").recorded())
        emit("done")


def run_ticks(state, codes):
    job, words = state.job, state.job["words"]
    schedule = job["schedule"]
    base = CLOCK.now_ns()
    start = None
    for tick in range(schedule["ticks"] if schedule else 1):
        if schedule:
            CLOCK.stand(base + tick * int(schedule["interval"] * 1000000000))
        now = clock.show(CLOCK.now_ns())
        values = []
        for name, kind, value in job["inputs"]:
            if schedule and name == words["start"]:
                value = start = value if start is None else start
            elif schedule and name == words["end"]:
                value = now
            values.append((name, make(kind, value)))
        state.emit("tick", now=now, start=start, end=now if schedule else None)
        model, error = run_tick(state, codes, values)
        state.emit("result", model=model, error=error)
        passdown = model[words["passdown"]] if model is not None else None
        if schedule and isinstance(passdown, dict) and words["start"] in passdown:
            start = next_start(state, passdown[words["start"]], start)


def next_start(state, wanted, before):
    """The passdown's time for the next tick, or the one before where it is no time."""
    try:
        return clock.parse(wanted) and wanted
    except (AttributeError, TypeError, ValueError):
        name = state.job["words"]["start"]
        state.note("the passdown's %s is %r, which is not in D3's format, yyyy-MM-dd HH:mm:ss; it was ignored" % (name, wanted))
        return before
