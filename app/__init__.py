"""Folderport: the Qt front end, and sharing from the terminal, over server_core."""

__version__ = "0.1.0"
