"""Starts the engine: loads its parts, opens the channel to d3ls, takes the job.

d3ls writes to standard input: the length of this file, this file, then one line of JSON with the other parts and
the job. Standard output becomes the channel for results; what the script prints goes to standard error's pipe.
"""
import json
import os
import sys
import types


def make_loader(sources):
    """Gives `load(name)`: a part of the engine, executed when first asked for. Parts are not in sys.modules."""
    loaded = {}

    def load(name):
        if name not in loaded:
            part = types.ModuleType(name)
            part.__dict__["load"] = load
            loaded[name] = part
            exec(compile(sources[name], "<d3ls " + name + ">", "exec"), part.__dict__)
        return loaded[name]

    return load


def open_channel(token, results, output):
    """Gives `emit(event, **fields)`, which writes one line to d3ls through the descriptor `results`. Only lines with
    the token count there, and only this process writes them: a fork of the script is not heard. What is printed goes
    to the descriptor `output`."""
    import _thread

    channel = os.dup(results)
    try:
        import fcntl

        high = fcntl.fcntl(channel, fcntl.F_DUPFD_CLOEXEC, 100)
        os.close(channel)
        channel = high
    except (ImportError, OSError):
        os.set_inheritable(channel, False)
    os.dup2(output, 1)
    os.dup2(output, 2)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, "__" + name + "__", stream)

    prefix = b"\n" + token.encode() + b" "
    lock = _thread.allocate_lock()
    getpid, write, exit_now = os.getpid, os.write, os._exit
    encode = json.JSONEncoder(ensure_ascii=True).encode
    owner = getpid()

    def emit(event, **fields):
        fields["event"] = event
        line = prefix + encode(fields).encode("ascii") + b"\n"
        if getpid() != owner:
            exit_now(0)
        with lock:
            while line:
                line = line[write(channel, line):]

    def watch(seconds):
        """Writes the script's stack to the channel if the attempt takes so long: it is about to be stopped."""
        import faulthandler

        faulthandler.cancel_dump_traceback_later()
        faulthandler.dump_traceback_later(seconds, file=channel)

    emit.watch = watch
    return emit


def work(load, job, emit):
    """Runs a job to its end, and the process with it."""
    status = 70
    try:
        load("run").run(job, emit)
        status = 0
    except BaseException:
        import traceback

        emit("refused", text="the engine itself failed; please report this:\n" + traceback.format_exc())
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            # Threads that the script left behind must not keep the process alive.
            os._exit(status)


def end_with_d3ls():
    """Ends the process with d3ls, where the system does not do that: standard input is open as long as d3ls lives."""
    import _thread

    pipe = os.dup(0)

    def wait():
        try:
            os.read(pipe, 1)
        except OSError:
            # The script has closed it.
            return
        os.killpg(0, 9)

    _thread.start_new_thread(wait, ())


def main(stream):
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    layers = [layer for layer in os.environ.pop("D3LS_LAYERS", "").split("\n") if layer]
    setup = json.loads(stream.readline())
    load = make_loader(setup["parts"])
    hello = {"python": "%d.%d.%d" % sys.version_info[:3], "layers": layers}
    if "warm" in setup:
        load("warm").serve(setup["warm"], hello, open_channel, work)
    if sys.platform not in ("linux", "win32"):
        end_with_d3ls()
    emit = open_channel(setup["token"], 1, 2)
    emit("hello", **hello)
    work(load, setup["job"], emit)


main(sys.stdin.buffer)
