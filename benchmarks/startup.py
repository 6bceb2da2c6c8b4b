"""How long `./run` takes to its first page, until all is ready, and to stop, warm: medians of several runs.

    .venv/bin/python benchmarks/startup.py [--runs 5]

The baseline of the same run is `python -c pass` by the same interpreter, so that a slow machine shows.
"""

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_server

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0
LOOK_SECONDS = 0.01
ERRORS = 400  # from here on a status is one


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the reader's page of the demo is served."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, HTTPException), contextlib.closing(connection):
        connection.request("GET", "/n/the-daily-proof")
        return connection.getresponse().status < ERRORS
    return False


def one_run(folder: Path) -> tuple[float, float, float]:
    """Seconds to the first page, to everything ready, and of the stop after Ctrl-C."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "GAZETTE_DATA_DIR": str(folder)}
    screen = folder.parent / "screen"
    with screen.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen([str(ROOT / "run")], env=environment, stdout=output, stderr=output)
    try:
        first, ready = _watch(process, port, screen, began)
    finally:
        process.send_signal(signal.SIGINT)
        stopping = time.monotonic()
        status = process.wait(30)
    if status or not (first and ready):
        sys.exit(f"./run did not get ready, or ended with {status}:\n{screen.read_text()}")
    return first, ready, time.monotonic() - stopping


def _watch(process: "subprocess.Popen[bytes]", port: int, screen: Path, began: float) -> tuple[float, float]:
    first = ready = 0.0
    while not (first and ready) and process.poll() is None and time.monotonic() - began < PATIENCE:
        if not first and answers(port):
            first = time.monotonic() - began
        if not ready and b"Ctrl-C" in screen.read_bytes():
            ready = time.monotonic() - began
        time.sleep(LOOK_SECONDS)
    return first, ready


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
        folder = Path(name) / "var"
        fresh = one_run(folder)  # makes the database and the demo
        found = [one_run(folder) for _ in range(runs)]
    base = statistics.median(baseline() for _ in range(runs))
    rows = zip(("first page", "all ready", "stopped"), fresh, zip(*found, strict=True), strict=True)
    for label, new, values in rows:
        middle = statistics.median(values)
        print(
            f"{label:12} median {middle:5.2f} s  min {min(values):5.2f}  max {max(values):5.2f}  "
            f"on a new data folder {new:5.2f}  {middle / base:5.0f} × python -c pass ({base * 1000:.0f} ms)"
        )


if __name__ == "__main__":
    main()
