"""No network: sockets answer HTTP requests from recorded entries, whatever library sends them. With `--record`,
real sockets whose exchanges are kept.

What libraries share is the socket: requests, urllib3, boto3 and urllib through http.client, httpx by itself or through
asyncio. So one socket that speaks HTTP serves all of them; TLS is left out of it, since nothing leaves the process.
"""
import errno

# The run that the patches serve.
STATE = None
_installed = False


def install(record):
    """Patches `socket` and `ssl` when they are imported, or now if they are. Once is enough."""
    global _installed
    if _installed:
        return
    _installed = True
    load("patches").after_import(_recording() if record else _silent())


def entries():
    """The recorded entries of the run."""
    if STATE.http is None:
        STATE.http = load("http").Entries(STATE.job["http"])
    return STATE.http


def _silent():
    def patch_socket(module):
        load("sockets").patch_socket(module)

    def patch_ssl(module):
        load("sockets").patch_ssl(module)

    return {"socket": patch_socket, "ssl": patch_ssl}


def refuse(what):
    """The error for everything but HTTP."""
    return OSError(errno.ENETUNREACH, "no network: %s; only HTTP is answered here, from recorded entries" % what)


_transcripts = []


class _Transcript:
    def __init__(self, address, secure):
        self.host = "%s:%s" % (address[0], address[1]) if isinstance(address, tuple) else str(address)
        self.secure = secure
        self.sent, self.received = bytearray(), bytearray()
        _transcripts.append(self)


def _recording():
    def patch_socket(module):
        class socket(module.socket):
            """A real socket that keeps what goes through it."""

            _kept = None

            def connect(self, address):
                self._kept = _Transcript(address, False)
                super().connect(address)

            def send(self, data, *flags):
                count = super().send(data, *flags)
                self._keep_sent(bytes(data)[:count])
                return count

            def sendall(self, data, *flags):
                super().sendall(data, *flags)
                self._keep_sent(bytes(data))

            def recv(self, *arguments):
                data = super().recv(*arguments)
                self._keep_received(data)
                return data

            def recv_into(self, buffer, *arguments):
                count = super().recv_into(buffer, *arguments)
                self._keep_received(bytes(memoryview(buffer).cast("B")[:count]))
                return count

            def _keep_sent(self, data):
                if self._kept is not None:
                    self._kept.sent += data

            def _keep_received(self, data):
                if self._kept is not None:
                    self._kept.received += data

        socket.__module__ = socket.__qualname__ = "socket"
        module.socket = module.SocketType = socket

    def patch_ssl(module):
        class SSLSocket(module.SSLSocket):
            """A TLS socket that keeps what goes through it, in the clear."""

            _kept = None

            def _keep(self):
                if self._kept is None:
                    self._kept = _Transcript(self.getpeername(), True)
                return self._kept

            def send(self, data, *flags):
                count = super().send(data, *flags)
                self._keep().sent += bytes(data)[:count]
                return count

            def write(self, data):
                count = super().write(data)
                self._keep().sent += bytes(data)[:count]
                return count

            def read(self, length=1024, buffer=None):
                data = super().read(length, buffer)
                kept = data if buffer is None else bytes(memoryview(buffer).cast("B")[:data])
                self._keep().received += kept
                return data

        class SSLObject(module.SSLObject):
            """TLS between two buffers, as asyncio has it, that keeps what goes through it."""

            _kept = None

            def _keep(self):
                if self._kept is None:
                    self._kept = _Transcript(self.server_hostname, True)
                return self._kept

            def write(self, data):
                count = super().write(data)
                self._keep().sent += bytes(data)[:count]
                return count

            def read(self, len=1024, buffer=None):
                data = super().read(len, buffer)
                self._keep().received += data if buffer is None else bytes(memoryview(buffer).cast("B")[:data])
                return data

        module.SSLContext.sslsocket_class = SSLSocket
        module.SSLContext.sslobject_class = SSLObject

    return {"socket": patch_socket, "ssl": patch_ssl}


def recorded():
    """The exchanges of all connections, as entries."""
    http = load("http")
    found = []
    for transcript in _transcripts:
        while True:
            request = http.take_message(transcript.sent)
            if request is None or len(request.first.split(" ")) < 3:
                break
            method = request.first.split(" ")[0]
            response = http.take_message(transcript.received, True, method == "HEAD", True)
            while response is not None and response.first.split(" ")[1:2] == ["100"]:
                response = http.take_message(transcript.received, True, method == "HEAD", True)
            if response is None:
                break
            if method != "CONNECT":
                url = http.url_of(request, transcript.host, transcript.secure)
                found.append(http.recorded_entry(request, response, url))
    return found
