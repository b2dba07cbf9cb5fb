"""`python -m server_core`: the command line of `python -m http.server`."""

from server_core.command_line import _main

if __name__ == "__main__":
    _main()
