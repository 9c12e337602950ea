"""A language client that keeps account of its requests: each is answered exactly once."""

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benches"))
from client import TIMEOUT, Client  # noqa: E402

CANCELLED, STALE = -32800, -32801


class Session(Client):
    """A client that need not wait for an answer."""

    def __init__(self, binary, folder, pull=True, encodings=("utf-8", "utf-16")):
        self.waiting, self.counts, self.errors, self.unasked = {}, Counter(), Counter(), []
        super().__init__([str(binary), "server"], folder, pull, encodings)

    def take(self, body, now):
        message = json.loads(body)
        number = message.get("id")
        if "method" in message or "id" not in message:
            return super().take(body, now)
        with self.arrived:
            self.counts[number] += 1
            if not isinstance(number, int) or number > self.requests:
                self.unasked.append(message)
            if number not in self.waiting:
                self.answers[number] = (now, message)
            else:
                method = self.waiting.pop(number)
                if "error" in message:
                    self.errors[method, message["error"]["code"]] += 1
            self.arrived.notify_all()

    def ask_aside(self, method, params):
        """Sends a request whose answer is only counted; its number."""
        self.waiting[self.requests + 1] = method
        return self.ask(method, params)

    def cancel(self, number):
        self.notify("$/cancelRequest", {"id": number})

    def settle(self):
        """Waits until everything is answered, and looks whether it was answered once."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: not self.waiting, TIMEOUT):
                raise TimeoutError(f"{len(self.waiting)} requests have no answer: {Counter(self.waiting.values())}")
            wrong = [number for number in range(1, self.requests + 1) if self.counts[number] != 1]
            assert not wrong and not self.unasked, f"answered not once: {wrong[:5]} {self.unasked[:5]}"

    def end(self):
        """Ends the session as the protocol has it; the exit status."""
        self.settle()
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(TIMEOUT)
