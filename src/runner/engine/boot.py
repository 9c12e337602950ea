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


def open_channel(token):
    """Gives `emit(event, **fields)`, which writes one line to d3ls. Only lines with the token count there, and
    only this process writes them: a fork of the script is not heard."""
    import _thread

    channel = os.dup(1)
    try:
        import fcntl

        high = fcntl.fcntl(channel, fcntl.F_DUPFD_CLOEXEC, 100)
        os.close(channel)
        channel = high
    except (ImportError, OSError):
        os.set_inheritable(channel, False)
    os.dup2(2, 1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)

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


def main(stream):
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    setup = json.loads(stream.readline())
    job = setup["job"]
    emit = open_channel(setup["token"])
    load = make_loader(setup["parts"])
    layers = os.environ.pop("D3LS_LAYERS", "").split("\n")
    emit("hello", python="%d.%d.%d" % sys.version_info[:3], layers=[layer for layer in layers if layer])
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


main(sys.stdin.buffer)
