"""`python -m server_core`: the command line of `python -m http.server`."""

import gc

if __name__ == "__main__":
    # What is loaded stays: to look for garbage in it takes a tenth of the start, and of each
    # full collection after it.
    gc.disable()
    from server_core.command_line import _main

    gc.freeze()
    gc.enable()
    _main()
