"""How Folderport starts: `python3 app` in a checkout, `python -m app`, or the command `folderport`.

`python3 app` also works on a bare machine: packaging/bootstrap.py installs what is missing. Older
interpreters read this file up to the sentence that they are too old: no syntax after Python 3.8.
"""

import importlib
import os
import sys

_THUMBNAIL_WORKER = "--thumbnail-worker"  # WORKER_ARGUMENT, without loading what it stands in


def main() -> int:
    """Run the command line of this process and give its exit status."""
    if getattr(sys, "frozen", False) and sys.argv[1:] == [_THUMBNAIL_WORKER]:
        # A frozen application is its own interpreter: so it starts what decodes pictures.
        importlib.import_module("server_core.share.thumbnails.worker").main()
        return 0
    try:
        from app.command_line import main as run

        return run()
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in {"app", "server_core"}:
            raise
        print(
            f"folderport: the Python package {package} is missing from this Python. "
            "Install Folderport again, or run `python3 app` in its checkout.",
            file=sys.stderr,
        )
        return 1


def main_in_checkout() -> None:
    """Run `python3 app`: the folder was started as a script, and nothing may be installed yet."""
    here = os.path.dirname(os.path.realpath(__file__))
    # The files in app/ are no top-level modules, whatever their names; nor are those of packaging/.
    sys.path[:] = [place for place in sys.path if os.path.realpath(place) != here]
    sys.path.insert(0, os.path.join(os.path.dirname(here), "packaging"))
    bootstrap = importlib.import_module("bootstrap")
    arguments = sys.argv[1:]
    purpose = bootstrap.purpose_of(arguments)
    if not bootstrap.is_prepared_here(purpose):
        bootstrap.launch(purpose, ["-P", "-m", "app", *arguments])
    del sys.path[0]
    sys.exit(main())


if __name__ == "__main__":
    if __package__:
        sys.exit(main())
    main_in_checkout()
