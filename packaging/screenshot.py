"""Make the pictures in resources/screenshots: the real program on a virtual screen, in use.

    python packaging/screenshot.py

It needs root on Linux, and what `python3 tests` installs. The network in the pictures is one of
its own, with a wireless card in which nobody else takes part; the people in it are curl.
"""

from __future__ import annotations

import contextlib
import math
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "resources" / "screenshots"
INSIDE = "--inside"
COMPUTER, PORT = "192.168.1.20", 8000
SCALE = 2
DEADLINE = 20.0
"""Seconds for the window, the server and a client to do what they do at once."""
SHOWN_AFTER = 9.0
"""Seconds for the transfers to come some way, and for their speed to settle."""
LOADED_AFTER = 8_000
"""Milliseconds after which the page has all its pictures."""

FOLDER = "Holiday pictures"
FILES = {
    "Itinerary.pdf": 412_338,
    "Packing list.txt": 1_204,
    "Sailing around the bay.mp4": 1_842_301_990,
    "Sunset time lapse.mov": 964_117_504,
    "Sounds of the harbour.flac": 61_220_118,
    "All pictures of Tom.zip": 2_310_554_321,
    "Map of the island.png": 3_204_551,
    **{f"Beach/IMG_{n}.jpg": 3_000_000 + n * n * 977 % 2_600_000 for n in range(2041, 2094)},
    **{f"Old town/IMG_{n}.heic": 1_400_000 + n * n * 613 % 1_900_000 for n in range(2101, 2131)},
}
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
IPHONE = ("192.168.1.34", f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {SAFARI}")
IPAD = ("192.168.1.57", f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {SAFARI}")
ANDROID = ("192.168.1.41", f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36")
LAPTOP = ("192.168.1.22", f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36")
AT_ONCE = "40M"
QUICK = (
    (LAPTOP, "/"),
    (LAPTOP, "/Itinerary.pdf"),
    (ANDROID, "/"),
    (ANDROID, "/Old town/"),
    (ANDROID, "/Old town/IMG_2104.heic"),
    (ANDROID, "/Old town/IMG_2117.heic"),
    (IPAD, "/"),
    (IPAD, "/Map of the island.png"),
    (IPAD, "/Sounds of the harbour.flac"),
    (IPHONE, "/"),
    (IPHONE, "/Beach/"),
    (IPHONE, "/Beach/IMG_2041.jpg"),
    (IPHONE, "/Beach/IMG_2042.jpg"),
    (IPHONE, "/Beach/IMG_2047.jpg"),
)
SLOW = (
    (LAPTOP, "/All pictures of Tom.zip", "19M"),
    (IPAD, "/Sunset time lapse.mov", "61M"),
    (IPHONE, "/Sailing around the bay.mp4", "52M"),
)
NETWORK = (
    "link set lo up",
    "link add wlan0 type veth peer name router",
    f"address add {COMPUTER}/24 dev wlan0",
    "link set router up",
    "link set wlan0 up",
    "route add default via 192.168.1.1",
    # The others live here too, where the program does not take their addresses for its own.
    *(f"address add {address}/32 dev lo" for address, _ in (IPHONE, IPAD, ANDROID, LAPTOP)),
)


def main() -> None:
    """Go into a network and onto a screen of this script's own, and take the pictures there."""
    if INSIDE not in sys.argv:
        screen = ["xvfb-run", "-a", "-s", f"-screen 0 {1100 * SCALE}x{900 * SCALE}x24 -dpi 96"]
        run("unshare", "--net", *screen, sys.executable, "-P", __file__, INSIDE)
        return
    subprocess.run(["ip", "-batch", "-"], input="\n".join(NETWORK), text=True, check=True)
    for buffers in ("/proc/sys/net/ipv4/tcp_rmem", "/proc/sys/net/ipv4/tcp_wmem"):
        # What lies in a buffer counts as sent: with large ones, pictures leave in no time.
        Path(buffers).write_text("4096 16384 65536", encoding="ascii")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        folder = make_folder(Path(home, "Pictures", FOLDER))
        for theme, keys in (
            ("light", ("ctrl+f", "shift+Tab", "Left")),
            ("dark", ("ctrl+f", "shift+Tab")),
        ):
            take(Path(home), folder, theme, keys)


def make_folder(folder: Path) -> Path:
    """Make the folder that is shared; its files take up no space."""
    now = time.time()
    for number, (name, size) in enumerate(FILES.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".jpg":
            paint(path, number)
        else:
            path.touch()
        os.truncate(path, size)
        changed = now - 86_400 * 40 - number * 70_000
        for dated in (path, path.parent):
            os.utime(dated, (changed, changed))
    return folder


def paint(path: Path, number: int) -> None:
    """Paint hills before the sky, each time others."""
    chance = random.Random(number)  # noqa: S311 - only the eye is to be surprised
    width, height = (1200, 1200)
    sky = [chance.randint(60, 200) for _ in range(3)]
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for row in range(height):
        light = row / height
        draw.line([(0, row), (width, row)], tuple(int(v + (245 - v) * light) for v in sky))
    left = chance.randint(150, 900)
    draw.ellipse([left, 160, left + 150, 310], (255, 242, 208))
    for hill in range(4):
        base, shade = height * (0.55 + hill * 0.11), 0.8 - hill * 0.17
        line = [
            (x, base + math.sin(x / (140 + 45 * hill) + number + hill) * (60 - 12 * hill))
            for x in range(0, width + 20, 20)
        ]
        draw.polygon([(0, height), *line, (width, height)], tuple(int(v * shade) for v in sky))
    picture.save(path, quality=85)


def take(home: Path, folder: Path, theme: str, keys: tuple[str, ...]) -> None:
    """Share the folder with the people, and take a picture of the window in one theme."""
    environment = {**os.environ, "HOME": str(home), "QT_SCALE_FACTOR": str(SCALE)}
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        environment[variable] = str(home / variable.lower())
        (home / variable.lower()).mkdir(mode=0o700, exist_ok=True)
    settings = home / "xdg_config_home" / "Folderport" / "Folderport.ini"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(f"[window]\ntheme={theme}\n", encoding="utf-8")
    with contextlib.ExitStack() as started:
        start(started, sys.executable, "-P", "-m", "app", str(folder), env=environment)
        until(is_shared)
        window = until(lambda: ask("xdotool", "search", "--onlyvisible", "--name", FOLDER))
        for person, path in QUICK:
            run(*fetch(person, path, AT_ONCE))
        for person, path, speed in SLOW:
            start(started, *fetch(person, path, speed))
        run("xdotool", "windowfocus", "--sync", window, "key", "--delay", "100", *keys)
        # Where the keyboard was is nothing to look at.
        run("xdotool", "windowfocus", ask("xdotool", "search", "--maxdepth", "0", ""))
        time.sleep(SHOWN_AFTER)
        picture = str(PICTURES / f"window-{theme}.png")
        run("import", "-window", window, "-strip", "-define", "png:compression-level=9", picture)
        if theme == "light":
            take_phone(home)


def take_phone(home: Path) -> None:
    """Take a picture of the page of a folder as a phone shows it."""
    run(
        shutil.which("chromium") or "chromium",
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *(f"--user-data-dir={home / 'chromium'}", "--window-size=500,900"),
        *(f"--force-device-scale-factor={SCALE}", f"--virtual-time-budget={LOADED_AFTER}"),
        f"--screenshot={PICTURES / 'phone.png'}",
        f"http://{COMPUTER}:{PORT}/Beach/?layout=grid",
    )


def fetch(person: tuple[str, str], path: str, speed: str) -> tuple[str, ...]:
    """Give the command by which a person fetches a file, `speed` a second, and throws it away."""
    address, user_agent = person
    url = f"http://{COMPUTER}:{PORT}{path.replace(' ', '%20')}"
    who = ("--interface", address, "--user-agent", user_agent, "--limit-rate", speed)
    return ("curl", "--silent", "--noproxy", "*", *who, "--output", os.devnull, url)


def run(*command: str) -> None:
    """Run a program to its end, which must be a good one."""
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, timeout=300)


def ask(*command: str) -> str:
    """Run a program that may fail, and return what it says."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE)
    return result.stdout.strip()


def start(started: contextlib.ExitStack, *command: str, env: dict[str, str] | None = None) -> None:
    """Start a program that ends with the block."""
    process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    started.callback(process.wait)
    started.callback(process.terminate)


def is_shared() -> str:
    """Return something where the share can be reached."""
    with socket.socket() as caller:
        caller.settimeout(DEADLINE)
        return "yes" if caller.connect_ex((COMPUTER, PORT)) == 0 else ""


def until(condition: Callable[[], str]) -> str:
    """Look again and again until `condition` gives something, and return that."""
    deadline = time.monotonic() + DEADLINE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise SystemExit("The window or its share does not appear.")
        time.sleep(0.1)
    return found


if __name__ == "__main__":
    main()
