"""What a server and all that it started cost: CPU time and memory, from /proc."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_RESET_PEAK = "5"
"""What sets VmHWM back to VmRSS when it is written to clear_refs (proc(5))."""


class ProcessTree:
    """A process, its children, and theirs."""

    def __init__(self, root: int) -> None:
        self.root = root

    def members(self) -> list[int]:
        """Return the ids of the processes that there are now, parents first."""
        children = defaultdict(list)
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                fields = _stat(int(entry))
                if fields:
                    children[int(fields[1])].append(int(entry))
        found = [self.root]
        for process in found:
            found += children[process]
        return found

    def cpu_seconds(self) -> float:
        """Return the time that they have run, in user and kernel mode; exact to 10 ms each."""
        total = 0
        for process in self.members():
            fields = _stat(process)
            if fields:
                # utime, stime, and those of children that have ended.
                total += sum(int(number) for number in fields[11:15])
        return total / _TICKS

    def resident(self) -> int:
        """Return the bytes that they have in memory; what they share counts for each."""
        return self._sum("VmRSS:")

    def peak(self) -> int:
        """Return the most bytes that each had in memory since `forget_peak`, taken together."""
        return self._sum("VmHWM:")

    def forget_peak(self) -> None:
        """Measure the peak from now on."""
        for process in self.members():
            with contextlib.suppress(OSError):
                Path(f"/proc/{process}/clear_refs").write_text(_RESET_PEAK)

    def _sum(self, name: str) -> int:
        total = 0
        for process in self.members():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{process}/status").read_text().splitlines():
                    if line.startswith(name):
                        total += int(line.split()[1]) * 1024
        return total


def _stat(process: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; none where it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
