"""Sockets that lead nowhere: TCP ones answer HTTP requests from recorded entries, all others refuse."""

http = load("http")
network = load("network")

_NAMES = {}
# What a connection is sent first where TLS would be: from here on, addresses are https.
_SECURE = b"\x16d3ls"


def _address_of(host):
    """An address of a documentation network for each name, so that connecting says which name was meant."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    number = _NAMES.setdefault(text, len(_NAMES) + 1)
    return "198.51.%d.%d" % (100 + number // 250, number % 250 + 1)


class Talk:
    """What goes through one connection."""

    def __init__(self, peer, host):
        self.peer, self.host = peer, host
        self.secure = False
        self.incoming, self.outgoing = bytearray(), bytearray()
        self.failure = None
        self.continued = False

    def receive(self, data):
        """Takes bytes of the script and answers the requests that are whole."""
        self.incoming += data
        if self.incoming.startswith(_SECURE):
            del self.incoming[: len(_SECURE)]
            self.secure = True
        while True:
            self._continue()
            method = bytes(self.incoming[:8]).split(b" ")[0].decode("latin-1")
            request = http.take_message(self.incoming)
            if request is None:
                return
            self.continued = False
            if len(request.first.split(" ")) < 3:
                self.fail(network.refuse("%s was sent something that is no HTTP/1.1" % self.host))
            elif method == "CONNECT":
                self.host = request.first.split(" ")[1]
                self.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                self._answer(method, request)

    def _continue(self):
        if not self.continued and b"\r\n\r\n" in self.incoming and b"100-continue" in self.incoming.lower():
            self.continued = True
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _answer(self, method, request):
        url = http.url_of(request, self.host, self.secure)
        headers = dict(request.headers)
        entry = network.entries().answer(method, url, headers, request.body)
        if entry is None:
            nearest = network.entries().nearest(method, url, headers, request.body)
            text = "no recorded entry answers %s %s: %s" % (method, url, nearest)
            network.STATE.note(text)
            self.fail(http.UnrecordedRequest(text))
        else:
            self.send(http.response_bytes(entry, method))

    def send(self, data):
        """Has bytes ready for the script; the descriptor becomes readable."""
        if not self.outgoing:
            self._mark()
        self.outgoing += data

    def fail(self, error):
        self.failure = error
        self._mark()

    def _mark(self):
        try:
            self.peer.send(b"!")
        except OSError:
            pass

    def give(self, count, take_mark, peek=False):
        """The next bytes for the script."""
        if not self.outgoing:
            if self.failure is not None:
                raise self.failure
            raise network.refuse("%s was not sent a whole HTTP request" % self.host)
        data = bytes(self.outgoing[:count])
        if not peek:
            del self.outgoing[:count]
            if not self.outgoing:
                take_mark()
        return data


class _Tls:
    """What a script can ask of a TLS connection that is none."""

    server_hostname = None

    def do_handshake(self, block=False):
        pass

    def getpeercert(self, binary_form=False):
        name = self.server_hostname or ""
        kind = "IP Address" if name.replace(".", "").isdigit() or ":" in name else "DNS"
        return b"" if binary_form else {"subject": ((("commonName", name),),), "subjectAltName": ((kind, name),)}

    def version(self):
        return "TLSv1.3"

    def cipher(self):
        return ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256)

    def compression(self):
        return None

    def selected_alpn_protocol(self):
        return None


def patch_socket(module):
    """Replaces the socket class and the look-ups of names."""
    real = module.socket
    inet = (module.AF_INET, getattr(module, "AF_INET6", None))

    class socket(_Tls, real):
        """A socket that leads nowhere."""

        _talk = _peer = _where = None

        def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
            if family == -1 and fileno is None:
                family, type = module.AF_INET, module.SOCK_STREAM if type == -1 else type
            if fileno is not None:
                super().__init__(family, type, proto, fileno)
                return
            mine, peer = module._socket.socketpair()
            super().__init__(family, module.SOCK_STREAM if type == -1 else type, max(proto, 0), mine.detach())
            self._peer = peer

        def connect(self, address):
            if self._peer is None or self.family not in inet or not self.type & module.SOCK_STREAM:
                raise network.refuse("connecting to %r" % (address,))
            host = next((name for name in _NAMES if _address_of(name) == address[0]), address[0])
            self._where = address
            self._talk = Talk(self._peer, "%s:%s" % (host, address[1]))

        def connect_ex(self, address):
            self.connect(address)
            return 0

        def _need(self):
            if self._talk is None:
                raise network.refuse("using a socket")
            return self._talk

        def send(self, data, flags=0):
            if self._peer is None:
                return super().send(data, flags)
            data = bytes(data)
            self._need().receive(data)
            return len(data)

        def sendall(self, data, flags=0):
            if self._peer is None:
                super().sendall(data, flags)
            else:
                self._need().receive(bytes(data))

        def sendto(self, *arguments):
            raise network.refuse("sending to %r" % (arguments[-1],))

        def sendmsg(self, buffers, ancdata=(), flags=0, address=None):
            if self._peer is None:
                return super().sendmsg(buffers, ancdata, flags, *(() if address is None else (address,)))
            if ancdata or address is not None:
                raise network.refuse("sending to %r" % (address,))
            return self.send(b"".join(buffers))

        def sendfile(self, file, offset=0, count=None):
            file.seek(offset)
            data = file.read() if count is None else file.read(count)
            self.sendall(data)
            return len(data)

        def recv(self, bufsize, flags=0):
            if self._peer is None:
                return super().recv(bufsize, flags)
            return self._need().give(bufsize, self._take_mark, bool(flags & module.MSG_PEEK))

        def recv_into(self, buffer, nbytes=0, flags=0):
            if self._peer is None:
                return super().recv_into(buffer, nbytes, flags)
            view = memoryview(buffer).cast("B")
            data = self.recv(nbytes or len(view), flags)
            view[: len(data)] = data
            return len(data)

        def _take_mark(self):
            super().recv(1)

        read = lambda self, length=1024, buffer=None: (
            self.recv(length) if buffer is None else self.recv_into(buffer, length)
        )
        write = send

        def bind(self, address):
            raise network.refuse("waiting for connections at %r" % (address,))

        def setsockopt(self, *arguments):
            if self._peer is None:
                super().setsockopt(*arguments)

        def getsockopt(self, *arguments):
            return super().getsockopt(*arguments) if self._peer is None else 0

        def getpeername(self):
            return super().getpeername() if self._peer is None else self._where

        def getsockname(self):
            return super().getsockname() if self._peer is None else ("127.0.0.1", 0)

        def pending(self):
            return 0 if self._talk is None else len(self._talk.outgoing)

        def unwrap(self):
            return self

        def _real_close(self, *arguments):
            super()._real_close(*arguments)
            if self._peer is not None:
                self._peer.close()

    socket.__module__ = socket.__qualname__ = "socket"
    module.socket = module.SocketType = socket
    module.d3ls_socket = socket
    _patch_names(module)


def _patch_names(module):
    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        if isinstance(port, str):
            port = int(port) if port.isdigit() else {"https": 443, "http": 80}.get(port, 0)
        if host in (None, "", "localhost"):
            return [(module.AF_INET, module.SOCK_STREAM, 6, "", ("127.0.0.1", port or 0))]
        text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        if ":" in text:
            return [(module.AF_INET6, module.SOCK_STREAM, 6, "", (text, port or 0, 0, 0))]
        address = text if text.replace(".", "").isdigit() else _address_of(text)
        return [(module.AF_INET, module.SOCK_STREAM, 6, "", (address, port or 0))]

    def refuse(name, *_arguments):
        raise module.gaierror(module.EAI_NONAME, "no network: %r is not looked up here" % (name,))

    module.getaddrinfo = getaddrinfo
    for name in ("gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        setattr(module, name, refuse)
    module.getfqdn = lambda name="": name or "localhost"


def patch_ssl(module):
    """TLS is left out: a wrapped socket is the same socket, which knows that it is secure."""
    fake = __import__("socket").d3ls_socket
    context = module.SSLContext
    wrap = context.wrap_socket

    def wrap_socket(self, sock, *arguments, server_hostname=None, **named):
        if not isinstance(sock, fake) or sock._peer is None:
            return wrap(self, sock, *arguments, server_hostname=server_hostname, **named)
        sock._need().secure = True
        sock.server_hostname = server_hostname
        sock.context = self
        return sock

    class SSLObject(_Tls, module.SSLObject):
        """TLS between two buffers, as asyncio and anyio have it: what is written is what is sent."""

        context = session = None
        server_side = session_reused = False

        @classmethod
        def _create(cls, incoming, outgoing, server_side=False, server_hostname=None, session=None, context=None):
            if server_side:
                raise network.refuse("waiting for connections")
            self = cls.__new__(cls)
            self._incoming, self._outgoing, self._begun = incoming, outgoing, False
            self.server_hostname, self.context = server_hostname, context
            return self

        def do_handshake(self):
            if not self._begun:
                self._begun = True
                self._outgoing.write(_SECURE)

        def write(self, data):
            self.do_handshake()
            return self._outgoing.write(data)

        def read(self, len=1024, buffer=None):
            if not self._incoming.pending and not self._incoming.eof:
                raise module.SSLWantReadError(module.SSL_ERROR_WANT_READ, "nothing came yet")
            data = self._incoming.read(len)
            if buffer is None:
                return data
            count = data.__len__()
            buffer[:count] = data
            return count

        def pending(self):
            return self._incoming.pending

        def unwrap(self):
            pass

    def nothing(self, *arguments, **named):
        """Certificates would prove nothing, and reading them takes long."""

    context.wrap_socket = wrap_socket
    context.sslobject_class = SSLObject
    context.load_default_certs = context.load_verify_locations = context.set_default_verify_paths = nothing
