"""CPython's own tests of CGI and of test(), run with server_core in http.server's place.

They skip their CGI part as root, so that root runs them in a user namespace in which it is nobody.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AS_NOBODY = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
SECONDS = 100

# Python 3.15 has no CGI any more, and no tests of it.
SUBSTITUTE = """
import http, sys, types, unittest
import server_core, server_core.cgi, server_core.command_line

class Substitute(types.ModuleType):
    def __getattr__(self, name):
        for module in (server_core, server_core.cgi, server_core.command_line):
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)

http.server = sys.modules["http.server"] = Substitute("http.server")
from test import test_httpservers as suite

wanted = {"ScriptTestCase": 4}
if sys.version_info < (3, 15):
    wanted["CGIHTTPServerTestCase"] = 14
chosen = unittest.TestSuite(
    unittest.defaultTestLoader.loadTestsFromTestCase(getattr(suite, case)) for case in wanted
)
result = unittest.TextTestRunner(verbosity=2).run(chosen)
enough = result.testsRun >= sum(wanted.values()) and not result.skipped
sys.exit(0 if result.wasSuccessful() and enough else 1)
"""


@pytest.mark.needs("fork")
def test_the_suite_of_the_running_python_passes(tmp_path: Path) -> None:
    as_nobody = AS_NOBODY if os.geteuid() == 0 else []
    tmp_path.chmod(0o755)
    result = subprocess.run(
        [*as_nobody, sys.executable, "-c", SUBSTITUTE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert result.returncode == 0, result.stderr
