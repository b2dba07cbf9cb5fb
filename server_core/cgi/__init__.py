"""CGI: programs that answer requests (RFC 3875), in `http.server`'s shape.

target      which script a request means, and nothing that is reached by another name
account     whom it runs as
environment what it is told
process     how it runs, bounded in time, and how it ends
answer      where the head of what it writes ends
handler     CGIHTTPRequestHandler, which joins them

Nothing runs a script unless a server is given this handler.
"""

from server_core.cgi.account import executable, nobody_uid
from server_core.cgi.handler import CGIHTTPRequestHandler
from server_core.cgi.target import _url_collapse_path

__all__ = ["CGIHTTPRequestHandler", "_url_collapse_path", "executable", "nobody_uid"]
