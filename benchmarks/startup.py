"""How long `./run` takes to its first page and until all is ready, warm: medians of several runs.

    .venv/bin/python benchmarks/startup.py [--runs 5]

The baseline of the same run is `python -c pass` by the same interpreter, so that a slow machine shows.
"""

import argparse
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether a page is served."""
    with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as page:
        return bool(page.status == 200)  # noqa: PLR2004 - HTTP's OK
    return False


def one_run(folder: Path) -> tuple[float, float, float]:
    """Seconds to the first page, to everything ready, and of the stop after Ctrl-C."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "GAZETTE_DATA_DIR": str(folder)}
    began = time.monotonic()
    process = subprocess.Popen(
        [str(ROOT / "run")], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    first = None
    os.set_blocking(process.stdout.fileno(), False)
    shown = ""
    while time.monotonic() - began < PATIENCE:
        if first is None and answers(f"http://127.0.0.1:{port}/"):
            first = time.monotonic() - began
        shown += process.stdout.read() or ""
        if "Ctrl-C" in shown and first is not None:
            break
        time.sleep(0.01)
    ready = time.monotonic() - began
    process.send_signal(signal.SIGINT)
    stopping = time.monotonic()
    process.wait(30)
    return first or float("nan"), ready, time.monotonic() - stopping


def baseline() -> float:
    """Seconds that the interpreter itself takes."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.monotonic() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        one_run(Path(name))  # the first run sets up the database and the demo
        found = [one_run(Path(name)) for _ in range(runs)]
    base = statistics.median(baseline() for _ in range(runs))
    for label, values in zip(("first page", "all ready", "stopped"), zip(*found, strict=True), strict=True):
        middle = statistics.median(values)
        print(f"{label:12} median {middle:5.2f} s  min {min(values):5.2f}  max {max(values):5.2f}  "
              f"{middle / base:5.0f} × python -c pass ({base * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
