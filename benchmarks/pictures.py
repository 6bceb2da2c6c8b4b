"""What it costs to make pictures fit for mails: milliseconds, size, memory; and that bombs are refused.

    .venv/bin/python benchmarks/pictures.py [--rounds 5]

Each case runs in a process of its own, so that its peak of memory is its own; the baseline beside it is the
memory of that process before.
"""

import argparse
import io
import json
import random
import statistics
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402 - found beside this file

from newsletter.feeds.pictures.judging import MOST_PIXELS, PictureError  # noqa: E402 - likewise
from newsletter.feeds.pictures.making import make_picture  # noqa: E402 - likewise

GOOD: Final = {
    "photograph 1200 × 800, JPEG": ("JPEG", 1200, 800),
    "photograph 4000 × 3000, JPEG": ("JPEG", 4000, 3000),
    "photograph 8000 × 6000, JPEG": ("JPEG", 8000, 6000),
    "photograph 4000 × 3000, progressive": ("progressive", 4000, 3000),
    "photograph 2400 × 1600, PNG": ("PNG", 2400, 1600),
    "photograph 2400 × 1600, WebP": ("WEBP", 2400, 1600),
    "photograph 2400 × 1600, AVIF": ("AVIF", 2400, 1600),
    "transparent 5000 × 5000, PNG": ("RGBA", 5000, 5000),
    "drawing 2400 × 1350, PNG": ("drawing", 2400, 1350),
    "noise 2400 × 1600, JPEG": ("noise", 2400, 1600),
}
BOMBS: Final = {
    "60,000 × 60,000, PNG": (60_000, 60_000),
    "10,000 × 10,000, PNG": (10_000, 10_000),
    "7,000 × 7,100, PNG, all black": (7_000, 7_100),  # just below the limit: it is opened
}


def a_picture(form: str, width: int, height: int) -> bytes:
    """A picture of this kind, as a site would have it."""
    numbers = random.Random(1)
    if form == "drawing":
        picture = Image.new("RGB", (width, height), "#F1F3F2")
        for _ in range(40):
            x, y = numbers.randrange(width), numbers.randrange(height)
            picture.paste(numbers.choice(["#0B4F80", "#13181C", "#A63A2B"]), (x, y, x + width // 9, y + height // 9))
        return encoded(picture, "PNG")
    if form == "noise":
        return encoded(
            Image.frombytes("RGB", (width, height), numbers.randbytes(width * height * 3)), "JPEG", quality=80
        )
    soft = Image.frombytes("RGB", (48, 32), numbers.randbytes(48 * 32 * 3)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    if form == "RGBA":
        soft.putalpha(Image.linear_gradient("L").resize((width, height)))
        return encoded(soft, "PNG", compress_level=1)
    if form == "progressive":
        return encoded(soft, "JPEG", quality=88, progressive=True)
    return encoded(soft, form, **({"compress_level": 1} if form == "PNG" else {"quality": 88}))


def encoded(picture: Image.Image, form: str, **options: int | bool) -> bytes:
    """A picture as a file."""
    kept = io.BytesIO()
    picture.save(kept, form, **options)
    return kept.getvalue()


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes((width * 3 + 1) * (height if width * height < MOST_PIXELS else 1))))
    return b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b"")


def measured(content: bytes, rounds: int) -> dict[str, object]:
    """What making this picture takes, and what comes out."""
    before = peak_kb()
    seconds, said = [], ""
    for _ in range(rounds):
        began = time.perf_counter()
        try:
            made = make_picture(content)
            said = f"{made.content_type[6:]} {made.width} × {made.height}, {len(made.content) / 1000:.0f} kB"
        except PictureError as error:
            said = str(error)
        seconds.append(time.perf_counter() - began)
    return {"ms": statistics.median(seconds) * 1000, "mb": (peak_kb() - before) / 1024, "said": said}


def peak_kb() -> int:
    """The most memory that this process has had, in kB; `ru_maxrss` would count what its parent had."""
    [line] = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1])


def in_a_process(content: bytes, rounds: int) -> dict[str, object]:
    """The same, in a fresh process that is given the bytes."""
    command = [sys.executable, __file__, "--rounds", str(rounds), "--one"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print a line for each case."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.one:
        print(json.dumps(measured(sys.stdin.buffer.read(), chosen.rounds)))
        return
    print(f"{'':38} {'in kB':>7} {'ms':>7} {'+MB':>5}  out")
    cases = [(name, a_picture(*case)) for name, case in GOOD.items()]
    cases += [(f"bomb {name}", a_bomb(*case)) for name, case in BOMBS.items()]
    for name, content in cases:
        found = in_a_process(content, chosen.rounds)
        print(f"{name:38} {len(content) / 1000:7.0f} {found['ms']:7.0f} {found['mb']:5.0f}  {found['said']}")


if __name__ == "__main__":
    main()
