"""The media type of a file by its name, the same on every machine.

The system's own table is asked last: on Windows it is the registry, where installed programs have
been seen to turn JavaScript into text/plain.
"""

from __future__ import annotations

import codecs
import posixpath

__all__ = ["DEFAULT_TYPE", "ENCODED_TYPES", "looks_like_utf8", "media_type"]

DEFAULT_TYPE = "application/octet-stream"

ENCODED_TYPES = {
    ".gz": "application/gzip",
    ".Z": "application/octet-stream",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
}
"""Types of files that are compressed as a whole; `http.server` has the same four."""

_TYPES = {
    "application/epub+zip": "epub",
    "application/java-archive": "jar",
    "application/json": "json map",
    "application/ld+json": "jsonld",
    "application/manifest+json": "webmanifest",
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.apple.mpegurl": "m3u8",
    "application/vnd.debian.binary-package": "deb",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.rar": "rar",
    "application/wasm": "wasm",
    "application/x-7z-compressed": "7z",
    "application/x-subrip": "srt",
    "application/x-tar": "tar",
    "application/xhtml+xml": "xhtml",
    "application/xml": "xml xsl",
    "application/zip": "zip",
    "application/zstd": "zst",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/midi": "mid midi",
    "audio/mp4": "m4a m4b",
    "audio/mpeg": "mp3",
    "audio/ogg": "oga ogg opus",
    "audio/wav": "wav",
    "font/otf": "otf",
    "font/ttf": "ttf",
    "font/woff": "woff",
    "font/woff2": "woff2",
    "image/apng": "apng",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg jpeg jpe jfif",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif tiff",
    "image/vnd.microsoft.icon": "ico",
    "image/webp": "webp",
    "text/calendar": "ics",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "html htm",
    "text/javascript": "js mjs cjs",
    "text/markdown": "md markdown",
    "text/plain": "txt text log ini conf cfg toml yaml yml c h cc cpp hpp go rs java kt py sh bat",
    "text/tab-separated-values": "tsv",
    "text/vcard": "vcf",
    "text/vtt": "vtt",
    "video/3gpp": "3gp",
    "video/matroska": "mkv",
    "video/mp2t": "mts m2ts",
    "video/mp4": "mp4 m4v",
    "video/mpeg": "mpeg mpg",
    "video/ogg": "ogv",
    "video/quicktime": "mov qt",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
}
_BY_EXTENSION = {
    f".{extension}": media
    for media, extensions in _TYPES.items()
    for extension in extensions.split()
}


def media_type(path: str) -> str:
    """Return the media type of a file called `path`, DEFAULT_TYPE where nothing is known."""
    extension = posixpath.splitext(path)[1]
    known = ENCODED_TYPES.get(extension) or _BY_EXTENSION.get(extension.lower())
    if known is not None:
        return known
    import mimetypes  # late: few names are unknown to our own table

    guessed, encoding = mimetypes.guess_type(f"file{extension}")
    return guessed if guessed and encoding is None else DEFAULT_TYPE


def looks_like_utf8(beginning: bytes) -> bool:
    """Return whether a file that begins so can be UTF-8; a character cut off at the end may be."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return b"\0" not in beginning
