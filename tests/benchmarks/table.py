"""The figures as Markdown: ratios beside the goals, then everything that was measured."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from workloads import WORKLOADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workloads import Goal

UNITS = {
    "requests": ("requests/s", ",.0f"),
    "requests_per_cpu": ("per CPU s", ",.0f"),
    "p99": ("p99 ms", ",.2f"),
    "failed": ("failed", ",.0f"),
    "gigabytes": ("GB/s", ".2f"),
    "gigabytes_again": ("again GB/s", ".2f"),
    "cpu_per_gigabyte": ("CPU s/GB", ".3f"),
    "of_whole": ("of the whole file's speed", ".2f"),
    "kept": ("of the downloads' speed kept", ".2f"),
    "idle": ("KiB for each idle one", ".2f"),
    "of_alone": ("of the speed without them", ".2f"),
    "start": ("start ms", ",.0f"),
    "changed": ("page ms", ",.1f"),
    "first_byte": ("first byte ms", ",.1f"),
    "again": ("again ms", ",.1f"),
    "growth": ("grows by MiB", ",.1f"),
    "peak": ("peak MiB", ",.0f"),
}
"""What a figure is called, and how it is written; in the order of the columns."""

Rounds = list[dict[str, dict[str, dict[str, float]]]]
"""Of each round, by workload and by server, the figures."""


def tables(rounds: Rounds, command: str) -> str:
    """Return all tables."""
    names = [name for name in WORKLOADS if any(one.get(name) for one in rounds)]
    parts = [f"Medians of {len(rounds)} alternating rounds, made by `{command}`.", ""]
    parts += ratio_table(rounds, names)
    for name in names:
        parts += ["", f"**{WORKLOADS[name].title}** (`{name}`)", "", *figure_table(rounds, name)]
    return "\n".join(parts)


def ratio_table(rounds: Rounds, names: Iterable[str]) -> list[str]:
    """Return a line for each goal: the median of the ratios, each of two figures of one round."""
    lines = [
        "| workload | server | figure | median | ratio (from to) | goal | reached |",
        "|---|---|---|--:|--:|---|---|",
    ]
    for name in names:
        for goal in WORKLOADS[name].goals:
            values = [value for one in rounds for value in goal_values(one.get(name, {}), goal)]
            if values:
                lines.append(goal_line(rounds, name, goal, values))
    return lines


def goal_values(figures: dict[str, dict[str, float]], goal: Goal) -> Iterator[float]:
    """Yield what one round has to say to a goal."""
    ours = figures.get(goal.ours, {}).get(goal.figure)
    if ours is None:
        return
    if goal.peer is None:
        yield ours
    elif theirs := figures.get(goal.peer, {}).get(goal.figure):
        yield ours / theirs


def goal_line(rounds: Rounds, name: str, goal: Goal, values: list[float]) -> str:
    """Return one line of the table of ratios."""
    unit, form = UNITS[goal.figure]
    middle = statistics.median(values)
    absolute = statistics.median(figures_of(rounds, name, goal.ours, goal.figure))
    shown = f"{middle:.2f} ({min(values):.2f} to {max(values):.2f})"
    if goal.peer is None:
        shown = ""
    wanted = f"of {goal.peer}'s" if goal.peer else ""
    if goal.bound is not None:
        wanted = f"{'at most' if goal.at_most else 'at least'} {goal.bound:g} {wanted}".strip()
    reached = {True: "yes", False: "no", None: ""}[goal.is_reached(middle)]
    cells = (WORKLOADS[name].title, goal.ours, unit, f"{absolute:{form}}", shown, wanted, reached)
    return f"| {' | '.join(cells)} |"


def figure_table(rounds: Rounds, name: str) -> list[str]:
    """Return a line for each server with the medians of all of its figures."""
    servers = [
        server
        for server in WORKLOADS[name].servers
        if any(server in one.get(name, {}) for one in rounds)
    ]
    columns = [
        figure
        for figure in UNITS
        if any(any(figures_of(rounds, name, server, figure)) for server in servers)
    ]
    lines = [
        "| server | " + " | ".join(UNITS[column][0] for column in columns) + " |",
        "|---|" + "--:|" * len(columns),
    ]
    for server in servers:
        cells = []
        for column in columns:
            found = list(figures_of(rounds, name, server, column))
            cells.append(f"{statistics.median(found):{UNITS[column][1]}}" if found else "")
        lines.append(f"| {server} | {' | '.join(cells)} |")
    return lines


def figures_of(rounds: Rounds, name: str, server: str, figure: str) -> Iterator[float]:
    """Yield a figure of each round that has it."""
    for one in rounds:
        figures = one.get(name, {}).get(server, {})
        if figure in figures:
            yield figures[figure]
