"""Small pictures of pictures, for the page of a folder.

    a request -> answer.py -> cache.py, where it has been made before
                           -> maker.py: who waits, newest first -> process.py | worker.py: decodes

Pictures come from anybody, and decoders have errors: each is decoded in a process of its own, with
bounds of memory and time, that knows nothing but the picture's bytes and gives nothing but bytes.
Pillow is loaded there alone.
"""

from server_core.share.thumbnails.answer import send_nothing, send_thumbnail
from server_core.share.thumbnails.formats import SVG, has_thumbnail
from server_core.share.thumbnails.maker import ThumbnailMaker

__all__ = ["SVG", "ThumbnailMaker", "has_thumbnail", "send_nothing", "send_thumbnail"]
