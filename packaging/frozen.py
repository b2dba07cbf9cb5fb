"""Where a frozen Folderport starts: the command `folderport`, as a file for PyInstaller."""

import sys

from app.__main__ import main

sys.exit(main())
