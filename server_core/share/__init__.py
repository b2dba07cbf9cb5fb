"""Sharing a folder with people: what a share is beyond `http.server`.

`create_server` makes the server that the application runs. Needs Jinja2, unlike the rest of
server_core.
"""

from server_core.share.handler import ShareRequestHandler
from server_core.share.pages import Pages
from server_core.share.server import create_server

__all__ = ["Pages", "ShareRequestHandler", "create_server"]
