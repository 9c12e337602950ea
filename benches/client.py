"""A small language client: one server process, driven over its standard input and output."""

import json
import os
import subprocess
import threading
import time
from queue import Empty, Queue

CAPABILITIES = {
    "general": {},
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "diagnostics": {"refreshSupport": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "synchronization": {"dynamicRegistration": False},
        "publishDiagnostics": {"versionSupport": True},
        "completion": {"completionItem": {"snippetSupport": False}},
        "hover": {"contentFormat": ["markdown"]},
    },
}
TIMEOUT = 120


class Client:
    def __init__(self, command, folder, pull, encodings=("utf-8", "utf-16")):
        self.pull = pull
        capabilities = json.loads(json.dumps(CAPABILITIES))
        capabilities["general"]["positionEncodings"] = list(encodings)
        if pull:
            capabilities["textDocument"]["diagnostic"] = {}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder, bufsize=0
        )
        self.answers, self.published, self.requests = {}, Queue(), 0
        self.arrived, self.writing = threading.Condition(), threading.Lock()
        threading.Thread(target=self.read, daemon=True).start()
        uri = folder.as_uri()
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "capabilities": capabilities,
                "workspaceFolders": [{"uri": uri, "name": "bench"}],
            },
        )
        self.start_time = time.perf_counter() - self.started
        self.notify("initialized", {})

    def read(self):
        output = self.process.stdout
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                part = os.read(output.fileno(), 1 << 16)
                if not part:
                    return
                buffer += part
            head, buffer = buffer.split(b"\r\n\r\n", 1)
            length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1])
            while len(buffer) < length:
                part = os.read(output.fileno(), 1 << 20)
                if not part:
                    return
                buffer += part
            now = time.perf_counter()
            body, buffer = buffer[:length], buffer[length:]
            self.take(body, now)

    def take(self, body, now):
        """Times count from when a message is there, not from when it is parsed."""
        message = json.loads(body)
        if "method" in message and "id" in message:
            params = message.get("params") or {}
            result = [None] * len(params.get("items", [])) if message["method"] == "workspace/configuration" else None
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self.published.put((now, message["params"]))
        elif "id" in message:
            with self.arrived:
                self.answers[message["id"]] = (now, message)
                self.arrived.notify_all()

    def send(self, message):
        body = json.dumps(message).encode()
        left = memoryview(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        with self.writing:
            while left:
                left = left[self.process.stdin.write(left) :]

    def notify(self, method, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method, params):
        """The number of a request that is sent."""
        self.requests += 1
        self.send({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": params})
        return self.requests

    def answer(self, number):
        """The answer, and when it arrived."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: number in self.answers, TIMEOUT):
                raise TimeoutError(f"no answer to request {number}")
            now, message = self.answers.pop(number)
        if "error" in message:
            raise RuntimeError(f"request {number}: {message['error']}")
        return now, message.get("result")

    def request(self, method, params):
        """The answer, and when it arrived."""
        return self.answer(self.ask(method, params))

    def diagnostics(self, uri, version):
        """The diagnostics of that version of a document, and when they arrived."""
        if self.pull:
            now, result = self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            return now, result["items"]
        deadline = time.perf_counter() + TIMEOUT
        while True:
            try:
                now, params = self.published.get(timeout=max(deadline - time.perf_counter(), 0.01))
            except Empty:
                raise TimeoutError("diagnostics") from None
            if params["uri"] == uri and params.get("version") in (version, None):
                return now, params["diagnostics"]

    def open(self, uri, text):
        """Seconds until the diagnostics are there."""
        begin = time.perf_counter()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        now, _ = self.diagnostics(uri, 1)
        return now - begin

    def change(self, uri, version, changes):
        begin = time.perf_counter()
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        now, _ = self.diagnostics(uri, version)
        return now - begin

    def memory(self):
        """Resident memory of the server and its children, in MiB."""
        total = 0
        waiting = [self.process.pid]
        while waiting:
            pid = waiting.pop()
            try:
                with open(f"/proc/{pid}/status") as status:
                    total += next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)
                with open(f"/proc/{pid}/task/{pid}/children") as children:
                    waiting += [int(child) for child in children.read().split()]
            except FileNotFoundError:
                pass
        return total / 1024

    def close(self):
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self.process.wait(10)
        except Exception:
            self.process.kill()
            self.process.wait()
