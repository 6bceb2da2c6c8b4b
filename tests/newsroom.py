"""A whole newsroom for journeys: real web, worker and scheduler processes, a real relay on loopback."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import compose_file
from tests.servers import free_port, wait_for_port

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
SECRET = "a-secret-for-tests-that-is-long-enough-0123456789"
PATIENCE = 40.0


def wait_until(is_so: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Wait until something is so; a failure names what was waited for."""
    ends_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends_at:
            raise AssertionError(f"waited {seconds:.0f} s in vain until {what}")
        time.sleep(0.05)


def service_of(name: str) -> str:
    """The service that a process is one of: `worker` for `worker-2`."""
    return name.partition("-")[0]


def host_of(name: str) -> str:
    """The host name of a process's container."""
    return f"{name}.test"


@dataclass
class Relay:
    """A real SMTP server that keeps what it takes, and that tests can make slow, silent or absent."""

    port: int = field(default_factory=free_port)
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    hold_answers: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    _controller: Controller | None = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail; while answers are held, it is taken and its answer never comes."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken += [(recipient, message) for recipient in envelope.rcpt_tos]
        self.arrived.set()
        if self.hold_answers.is_set():
            await asyncio.sleep(60)
        return "250 2.0.0 taken"

    def start(self) -> None:
        """Take mail."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Be away."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def mails_to(self, address: str, subject: str = "") -> list[EmailMessage]:
        """The mails taken for an address."""
        return [m for to, m in list(self.taken) if to == address and subject in str(m["Subject"])]

    def _summary(self) -> list[tuple[str, str]]:
        return [(to, str(mail["Subject"])) for to, mail in list(self.taken)]

    def wait_for(self, address: str, subject: str = "", *, count: int = 1) -> list[EmailMessage]:
        """The mails for an address, once there are so many."""
        wait_until(
            lambda: len(self.mails_to(address, subject)) >= count,
            f"{count} mail(s) {subject!r} to {address} arrived; there are {self._summary()}",
        )
        return self.mails_to(address, subject)


@dataclass
class Newsroom:
    """The processes of one installation."""

    folder: Path
    database_url: str
    redis_url: str
    relay: Relay
    settings: dict[str, str] = field(default_factory=dict)
    web_port: int = field(default_factory=free_port)
    _processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The public address."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def dotenv(self) -> dict[str, str]:
        """What the operator of this installation has written into `.env`."""
        return {
            "GAZETTE_PUBLIC_URL": self.url,
            "GAZETTE_SMTP_URL": f"smtp://127.0.0.1:{self.relay.port}?tls=none",
            "GAZETTE_SECRET_KEY": SECRET,
            "GAZETTE_FETCH_ALLOW": "127.0.0.0/8",
            "GAZETTE_LEASE_SECONDS": "3",
            "GAZETTE_SWEEP_SECONDS": "1",
            **self.settings,
        }

    def environment(self, name: str) -> dict[str, str]:
        """What Compose would give this process, with the places of this machine for those of containers."""
        places = {
            "postgresql://gazette@postgres:5432/gazette": self.database_url,
            "redis://redis:6379/0": self.redis_url,
            "/data": str(self.folder),
            "/tmp/ready": str(self.ready_file(name)),  # noqa: S108 - the container's own
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - what a container binds
            "8000": str(self.web_port),
        }
        given = compose_file.environment_of(service_of(name), self.dotenv)
        return {
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '/usr/bin:/bin')}",
            "PYTHONPATH": str(ROOT),
            "PYTHONSAFEPATH": "1",
            "HOSTNAME": host_of(name),
            **{key: places.get(value, value) for key, value in given.items()},
        }

    def ready_file(self, name: str) -> Path:
        """The file that a worker or scheduler makes when it is ready."""
        return self.folder / f"{name}-ready"

    def gazette(self, *arguments: str) -> str:
        """Run a command beside the web server and return what it printed; a failure shows what it said."""
        return self.run("web", ["gazette", *arguments])

    def release_all(self) -> None:
        """Release the articles that are in their grace time, as an editor does who cannot wait."""
        waiting = [
            each["id"] for each in json.loads(self.gazette("article", "list", "--json")) if each["state"] == "new"
        ]
        self.gazette("article", "release", *map(str, waiting))

    def migrate(self) -> str:
        """What Compose runs once before all others."""
        return self.run("migrate", compose_file.command_of("migrate"))

    def run(self, name: str, command: list[str]) -> str:
        """Run a command to its end in the place of a process, as `docker compose run` and `exec` do."""
        done = subprocess.run(
            self._words(name, command),
            env=self.environment(name),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, name: str) -> None:
        """Start a service of docker-compose.yml; further ones are told apart by a number (`worker-2`)."""
        command = self._words(name, compose_file.command_of(service_of(name)))
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            self._processes[name] = subprocess.Popen(
                command, env=self.environment(name), cwd=ROOT, stdout=output, stderr=output
            )
        if name == "web":
            wait_for_port(self.web_port, self._processes[name])

    @staticmethod
    def _words(name: str, command: list[str]) -> list[str]:
        """A command with the programs of this environment; containers have host names of their own."""
        program, *arguments = (word.replace("%h", host_of(name)) for word in command)
        if program == "gazette":  # the image holds it as a script of this one line
            return [sys.executable, "-m", "newsletter.commands", *arguments]
        return [str(BIN / program) if (BIN / program).exists() else program, *arguments]

    def wait(self, name: str) -> int:
        """The exit status of a process that ends by itself."""
        return self._processes.pop(name).wait(60)

    def kill(self, name: str) -> None:
        """End a process without warning."""
        process = self._processes.pop(name)
        process.kill()
        process.wait(10)

    def stop(self, name: str) -> int:
        """Ask a process to end, as an operator's platform does; returns its exit status."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(15)

    def stop_all(self) -> None:
        """End everything."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(12)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def logs(self) -> str:
        """What all processes wrote."""
        return "\n".join(f"== {p.name}\n{p.read_text(errors='replace')}" for p in sorted(self.folder.glob("*.log")))

    def subscribe(self, address: str, slug: str = "the-proof", **fields: str | list[str]) -> None:
        """Fill in the sign-up form."""
        answer = httpx.post(f"{self.url}/n/{slug}", data={"address": address, **fields}, timeout=10)
        assert answer.status_code == 200, answer.text
        assert address in answer.text

    def confirm(self, address: str) -> None:
        """Open the link in the confirmation mail and press the button."""
        mail = self.relay.wait_for(address, "confirm")[-1]
        link = self.link(mail, "/confirm/")
        assert httpx.get(link, timeout=10).status_code == 200
        assert httpx.post(link, timeout=10).status_code == 200

    def link(self, mail: EmailMessage, path: str) -> str:
        """The first link in a mail's text whose path begins so."""
        part = mail.get_body(("plain",))
        assert part is not None
        found = re.search(rf"{re.escape(self.url + path)}[\w-]+", part.get_content())
        assert found, part.get_content()
        return found.group()


@contextlib.contextmanager
def newsroom(folder: Path, database_url: str, redis_url: str, **settings: str) -> Iterator[Newsroom]:
    """A newsroom with a live newsletter, The Proof; nothing is started yet but the relay."""
    relay = Relay()
    relay.start()
    made = Newsroom(folder, database_url, redis_url, relay, settings)
    try:
        made.migrate()
        made.gazette(
            *("newsletter", "add", "The Proof", "--sender", "post@proof.example"),
            *("--postal-address", "Bleisatzgasse 7, 10000 Berlin", "--site", "https://proof.example"),
            *("--topic", "Science", "--topic", "Technology"),
        )
        made.gazette("newsletter", "live", "the-proof")
        yield made
    except BaseException:
        print(made.logs())  # noqa: T201 - shown with a failing test
        raise
    finally:
        made.stop_all()
        relay.stop()
