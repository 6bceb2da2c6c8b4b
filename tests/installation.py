"""An installation started with `./run`, as somebody meets it who has just got it."""

import contextlib
import mailbox
import os
import re
import signal
import subprocess
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from newsletter.local.mailbox_reader import mails
from tests.newsroom import wait_until
from tests.servers import free_port

ROOT = Path(__file__).parent.parent
READY_SECONDS = 60.0
STOP_SECONDS = 10.0


class Installation:
    """One `./run` with a data folder and a port of its own, and nothing in its environment but PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data, with spaces"
        self.screen = folder / "screen"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        path = os.environ.get("PATH", "/usr/bin:/bin")
        return {"PATH": path, "PORT": str(self.port), "GAZETTE_DATA_DIR": str(self.folder)} | more

    def start(self, **more: str) -> None:
        with self.screen.open("wb") as screen:
            self.process = subprocess.Popen(
                [str(ROOT / "run")], env=self.environment(**more), stdout=screen, stderr=screen, cwd="/"
            )

    def shown(self) -> str:
        return self.screen.read_text()

    def wait_until_ready(self) -> None:
        process = self.process
        assert process is not None
        wait_until(
            lambda: "Ctrl-C" in self.shown() or process.poll() is not None, "all is ready", seconds=READY_SECONDS
        )
        assert process.poll() is None, self.shown()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def gazette(self, *arguments: str) -> str:
        """A command in a second terminal, which knows nothing but where the data lies."""
        environment = self.environment()
        del environment["PORT"]
        done = subprocess.run(
            [str(ROOT / "run"), "gazette", *arguments],
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def mails(self) -> list[EmailMessage]:
        """What lies in the inbox, read as any mail reader does."""
        with contextlib.suppress(FileNotFoundError):
            found: list[Message] = list(mailbox.Maildir(self.folder / "inbox", create=False))
            return [BytesParser(_class=EmailMessage, policy=default).parsebytes(each.as_bytes()) for each in found]
        return []

    def recipients(self) -> list[str]:
        """Whose copies lie in the inbox."""
        return [each.recipient for each in mails(self.folder / "inbox", limit=10_000)]

    def wait_for_mail(self, subject: str) -> EmailMessage:
        def matching() -> list[EmailMessage]:
            return [each for each in self.mails() if re.search(subject, str(each["Subject"]))]

        wait_until(lambda: len(matching()) > 0, f"a mail {subject!r} has come")
        return matching()[0]

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob("log/*.log")))

    def processes(self) -> list[str]:
        """What runs with this data folder in its environment, seen from outside."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if str(self.folder).encode() in (path / "environ").read_bytes():
                    found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(text: str, path: str) -> str:
    found = re.search(rf"http://localhost:\d+{re.escape(path)}[\w./-]*", text)
    assert found, text
    return found.group()
