"""A server for recordings: tells what it was asked, with a token and a cookie. Over TLS where it is given a certificate
with its key. Prints its address."""
import gzip
import http.server
import json
import ssl
import sys

IDENTITY = (
    "<GetCallerIdentityResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><GetCallerIdentityResult>"
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.body()
        told = {"asked": self.command + " " + self.path.split("?")[0], "size": len(body), "access_token": "tok-123456"}
        answer = IDENTITY if b"GetCallerIdentity" in body else json.dumps(told)
        data = gzip.compress(answer.encode()) if "gzip" in self.headers.get("Accept-Encoding", "") else answer.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml" if answer is IDENTITY else "application/json")
        self.send_header("Set-Cookie", "sid=cookie-1; Path=/")
        if data != answer.encode():
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_GET

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while True:
            size = int(self.rfile.readline(), 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def log_message(self, *_arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
scheme = "http"
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https"
print("%s://localhost:%d" % (scheme, server.server_address[1]), flush=True)
server.serve_forever()
