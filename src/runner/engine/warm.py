"""A warm engine: it has imported libraries only, and forks for each job. The script runs after the fork."""
import _socket
import array
import gc
import importlib
import json
import os
import signal

clock = load("clock")
run = load("run")


def serve(setup, hello, open_channel, work):
    """Takes jobs from the socket that is standard input until it is closed. Does not return."""
    control = _socket.socket(fileno=os.dup(0))
    clock.install()
    load("network").install(False)
    prepare(setup)
    confine = Confinement(setup["filter"]) if setup["filter"] else None

    def tell(line):
        control.sendall(line.encode("ascii") + b"\n")

    def reap(_number, _frame):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            tell("ended %d %d" % (pid, status))

    signal.signal(signal.SIGCHLD, reap)
    gc.collect()
    gc.freeze()
    tell("ready " + json.dumps(hello))
    while True:
        header, descriptors = receive(control)
        if not header:
            os._exit(0)
        body = bytearray()
        length = int.from_bytes(header, "big")
        while len(body) < length:
            body += control.recv(length - len(body))
        job = json.loads(body)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            control.close()
            begin(job, hello, descriptors, confine, open_channel, work)
        tell("started %d %d" % (job["id"], pid))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        for descriptor in descriptors:
            os.close(descriptor)


def receive(control):
    """The next header, and the descriptors that come with it: for results, for prints, and the files if any."""
    numbers = array.array("i")
    header, ancillary, _flags, _address = control.recvmsg(8, _socket.CMSG_SPACE(3 * numbers.itemsize))
    for _level, _kind, data in ancillary:
        numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
    return header, list(numbers)


def begin(job, hello, descriptors, confine, open_channel, work):
    """The life of a fork."""
    os.setpgid(0, 0)
    os.chdir(job["folder"])
    for name in ("HOME", "TMPDIR", "TEMP", "TMP"):
        os.environ[name] = job["folder"]
    emit = open_channel(job["token"], *descriptors[:2])
    if confine is not None:
        confine.apply(descriptors[2] if len(descriptors) > 2 else None)
    for descriptor in descriptors:
        os.close(descriptor)
    emit("hello", **hello)
    work(load, job["job"], emit)


def prepare(setup):
    """Imports what the scripts import, and compiles them. What fails here fails in the script, where it is told."""
    import ast

    wanted = []
    for parts in setup["scripts"]:
        for part in parts:
            try:
                tree = ast.parse(part["text"])
            except (SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    wanted += [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    wanted.append(node.module)
                elif isinstance(node, ast.Name) and node.id in setup["globals"]:
                    wanted.append(setup["globals"][node.id])
        try:
            run.compile_parts({"parts": parts})
        except (SyntaxError, ValueError):
            pass
    for part in ("coverage", "http", "urls", "sockets", "utility", "report", "waiting"):
        load(part)
    for name in dict.fromkeys(wanted):
        while name:
            try:
                importlib.import_module(name)
                break
            except Exception:
                # A name in a module is no module; what can't be imported is the script's to meet.
                name = name.rpartition(".")[0]


class Confinement:
    """What a fork may not do, on top of what the engine may not: system calls, by a filter that d3ls has compiled,
    and the files of other forks."""

    # What stands in the filter for the fork's own number.
    OWN = 0x7FFFD3D3

    def __init__(self, filter):
        import ctypes

        self._instructions = [tuple(one) for one in filter]
        self._ctypes = ctypes
        library = ctypes.CDLL(None, use_errno=True)
        self._prctl, self._syscall = library.prctl, library.syscall

        class Instruction(ctypes.Structure):
            _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint)]

        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.POINTER(Instruction))]

        self._instruction, self._program = Instruction, Program

    def apply(self, files):
        """Confines the calling process; ends it if that fails. `files` is a descriptor of what it may read and write."""
        ctypes, own = self._ctypes, os.getpid()
        number = len(self._instructions)
        filter = (self._instruction * number)()
        for index, (code, jt, jf, k) in enumerate(self._instructions):
            filter[index] = self._instruction(code, jt, jf, own if k == self.OWN else k)
        program = self._program(number, filter)
        die_with_parent, killed, set_filter, mode = 1, 9, 22, 2
        zero = ctypes.c_ulong(0)
        restrict_self = ctypes.c_long(446)
        if files is not None and self._syscall(restrict_self, ctypes.c_long(files), zero) != 0:
            os._exit(71)
        if self._prctl(die_with_parent, ctypes.c_ulong(killed), zero, zero, zero) != 0:
            os._exit(71)
        if self._prctl(set_filter, ctypes.c_ulong(mode), ctypes.byref(program), zero, zero) != 0:
            os._exit(71)
