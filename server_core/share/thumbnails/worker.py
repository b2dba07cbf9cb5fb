"""The process that decodes pictures: bytes in, a thumbnail's bytes out, until its input ends.

    in    8 bytes with the length of a picture (big-endian), the picture
    out   4 bytes with the length of its thumbnail, the thumbnail; length 0 where there is none

It is started as a file, and imports neither this package nor anything but Pillow and the standard
library. It opens no path. A picture that takes too much memory fails, one that takes too much of
the processor's time ends the process.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import struct
import sys
import time
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

__all__ = ["main"]

SIDE = 400
"""Pixels of a thumbnail's longer side, at most."""
_QUALITY = 75
_MAX_MEMORY = 512 << 20
"""Bytes of address space."""
_MAX_FILE = 64 << 20
_MAX_SECONDS = 15
"""Of the processor's time, for one picture; the parent's deadline comes first, if it lives."""
_MAX_PIXELS = 50_000_000
"""Of a picture that has to be decoded as it is: 4 bytes each."""
_MAX_JPEG_PIXELS = 100_000_000
"""Of one that is decoded at a smaller scale."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "ICO", "AVIF", "HEIF")
_NICENESS = 10
_WHITE, _DARK = (255, 255, 255), (60, 64, 72)
"""What is seen through a transparent picture, where the page has a sign; dark if it is light."""
_LIGHT_LEVEL = 215
_ORIENTATION = 0x0112
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""What makes each of Exif's orientations upright, as Pillow's Transpose numbers it."""


def main() -> None:
    """Make thumbnails until the input ends."""
    incoming, outgoing = _take_streams()
    _unblock_signals()
    _limit_memory()
    make = _load()
    while len(announced := incoming.read(8)) == 8:
        (size,) = struct.unpack(">Q", announced)
        if size > _MAX_FILE:
            return
        picture = incoming.read(size)
        if len(picture) < size:
            return
        _limit_time()
        try:
            thumbnail = make(picture)
        except Exception:  # noqa: BLE001 - decoders raise whatever a picture makes them stumble on
            thumbnail = b""
        del picture
        outgoing.write(struct.pack(">I", len(thumbnail)) + thumbnail)
        outgoing.flush()


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the streams, and leave what a library may print to nobody."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(incoming.fileno(), os.O_BINARY)
        msvcrt.setmode(outgoing.fileno(), os.O_BINARY)
    return incoming, outgoing


def _unblock_signals() -> None:
    """End by a signal, which the thread that started this process may have held off."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.nice(_NICENESS)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):  # macOS has none
            resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    if sys.platform != "win32":
        import resource

        seconds = int(time.process_time()) + _MAX_SECONDS
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def _in_full_colour(image: Image.Image) -> Image.Image:
    """Return a picture with colours that can be mixed; the alpha that it has stays."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("RGB", "RGBA", "L", "CMYK"):
        return image.convert("RGBA") if "transparency" in image.info else image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _load() -> Callable[[bytes], bytes]:
    """Load the decoders, and return what makes a picture's bytes a thumbnail's."""
    import warnings

    from PIL import (
        BmpImagePlugin,
        GifImagePlugin,
        IcoImagePlugin,
        Image,
        ImageCms,
        ImageStat,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    with contextlib.suppress(ImportError):
        from PIL import AvifImagePlugin  # noqa: F401 - it enters itself
    with contextlib.suppress(Exception):  # an extra of any version, with libraries of its own
        # It may not be there, and has no types.
        import pi_heif  # type: ignore[import-not-found,import-untyped,unused-ignore]

        pi_heif.register_heif_opener()
    del BmpImagePlugin, GifImagePlugin, IcoImagePlugin, JpegImagePlugin
    del PngImagePlugin, TiffImagePlugin, WebPImagePlugin
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = _MAX_JPEG_PIXELS
    formats = [name for name in _FORMATS if name in Image.OPEN]
    srgb = ImageCms.createProfile("sRGB")
    turns = {number: Image.Transpose(turn) for number, turn in _TURNS.items()}

    def make(picture: bytes) -> bytes:
        image: Image.Image = Image.open(io.BytesIO(picture), formats=formats)
        most = _MAX_JPEG_PIXELS if image.format == "JPEG" else _MAX_PIXELS
        if image.width * image.height > most:
            return b""
        profile, exif = image.info.get("icc_profile"), image.getexif()
        if image.format != "JPEG":
            image = _in_full_colour(image)
        # Where a JPEG can be decoded smaller, by a power of two, that is by far the quickest.
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE), reducing_gap=None if image.format == "JPEG" else 2.0)
        if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
            with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
                own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
                mode = image.mode if image.mode == "RGBA" else "RGB"
                converted = ImageCms.profileToProfile(image, own, srgb, outputMode=mode)
                image = image if converted is None else converted
        if image.mode == "RGBA":
            alpha = image.getchannel("A")
            levels = ImageStat.Stat(image.convert("L"), alpha).mean if alpha.getbbox() else [0]
            ground = Image.new("RGB", image.size, _DARK if levels[0] > _LIGHT_LEVEL else _WHITE)
            ground.paste(image, mask=alpha)
            image = ground
        image = image.convert("RGB")
        turn = turns.get(exif.get(_ORIENTATION, 1))
        if turn is not None:
            image = image.transpose(turn)
        # A new picture: what was said of the old one, where it was taken for one, stays behind.
        bare = Image.new(image.mode, image.size)
        bare.paste(image)
        out = io.BytesIO()
        bare.save(out, "WEBP", quality=_QUALITY, method=1)
        return out.getvalue()

    return make


if __name__ == "__main__":
    main()
