"""What each target begins with: well-formed inputs, and those that once were none."""

HEADS = (
    b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /b HTTP/1.1\r\nHost: [::1]:8\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    b"GET http://h/%41 HTTP/1.0\r\nConnection: keep-alive, close\r\nContent-Length: 2\r\n\r\nab",
    b'GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1,5-,-3\r\nIf-Range: "a"\r\n\r\n',
    b'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: W/"a", "b"\r\n\r\n',
    b"GET /a HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
    b"GET /a HTTP/1.1\r\r\nHost: a\r\n",
    b"GET /\r\n",
)

PATHS = (
    b"/plain.txt",
    b"/sub/inner.txt?query",
    b"http://host/sub/../plain.txt#x",
    b"/sub%2Finner.txt",
    b"/to_sub/inner.txt",
    b"/out/secret.txt",
    b"/up/root-2/secret.txt",
    b"/%2e%2e/outside/secret.txt",
    b"/..%5coutside\\secret.txt",
    b"/name%20%C3%A9.txt",
    b"/%FF.txt",
    b"/.hidden",
    b"/loop/a",
    b"/pipe",
    b"//sub//./",
)
