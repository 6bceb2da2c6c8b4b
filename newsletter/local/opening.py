"""`./run` from beginning to end: checks, children, the screen, and an orderly end."""

import asyncio
import secrets
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.settings import Settings
from newsletter.local import checks, children, glance
from newsletter.local.children import Child, Ground
from newsletter.local.screen import Screen
from newsletter.local.standing import environment_kept
from newsletter.local.supervisor import Supervisor, first_of

if TYPE_CHECKING:
    from newsletter.local.preparing import Doors

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(settings: Settings) -> None:
    """Run everything until Ctrl-C or SIGTERM. Raises GazetteError or SettingsError when it cannot."""
    checks.check_settings(settings)
    checks.make_data_folder(settings.data_dir)
    with ExitStack() as held:
        held.enter_context(checks.locked(settings.data_dir, settings.base_url))
        checks.check_port(settings.bind, settings.port)
        _set_logs_aside(settings.data_dir / "log")
        ground = _find_ground(settings)
        held.enter_context(environment_kept(settings, ground))
        asyncio.run(_run(settings, ground, Screen(settings)))


def _set_logs_aside(folder: Path) -> None:
    """The logs of the last start stay beside those of this one; older ones go."""
    for path in folder.glob("*.log"):
        path.replace(path.with_suffix(".log.1"))


def _find_ground(settings: Settings) -> Ground:
    has_broker = bool(settings.redis_url.get_secret_value())
    password = secrets.token_hex(16)
    redis_port = 0 if has_broker else checks.free_port()
    return Ground(
        redis_port=redis_port,
        redis_url="" if has_broker else f"redis://:{password}@127.0.0.1:{redis_port}/0",
        redis_password=password,
        inbox_port=0 if settings.has_relay else checks.kept_port(settings.data_dir, "inbox"),
    )


async def _run(settings: Settings, ground: Ground, screen: Screen) -> None:
    stop = asyncio.Event()
    supervisor = Supervisor(tell=screen.tell)

    def ask_to_stop() -> None:
        if stop.is_set():
            supervisor.hurry()
        stop.set()

    for each in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(each, ask_to_stop)
    screen.begin()
    stopping = asyncio.create_task(stop.wait())
    opening = asyncio.create_task(_open(settings, ground, supervisor, screen))
    try:
        await first_of(opening, stopping)
        if opening.done():
            screen.ready(opening.result())
            await first_of(supervisor.failure, stopping)
        if supervisor.failure.done():
            raise supervisor.failure.result()
    finally:
        opening.cancel()
        stopping.cancel()
        screen.stopping()
        await supervisor.stop()
        screen.stopped()


async def _open(settings: Settings, ground: Ground, supervisor: Supervisor, screen: Screen) -> "Doors":
    """Start everybody as early as what they need is there."""
    web_is_up = asyncio.Event()

    def ready(child: Child) -> None:
        screen.step(child.name)
        if child.name == "web":
            web_is_up.set()

    if ground.redis_port:
        await supervisor.start([children.redis(settings, ground)], ready)
    is_current = glance.is_surely_current(settings)
    preparing = asyncio.create_task(_prepare(settings, screen, is_current=is_current))
    if not is_current:
        await preparing
    starts = []
    if ground.inbox_port:
        starts.append(asyncio.create_task(supervisor.start([children.inbox(settings, ground)], ready)))
    doors = [children.web(settings, ground), children.worker(settings, ground)]
    starts.append(asyncio.create_task(supervisor.start(doors, ready)))
    starts.append(asyncio.create_task(_after(web_is_up, supervisor, children.scheduler(settings, ground), ready)))
    await asyncio.gather(preparing, *starts)
    return preparing.result()


async def _after(event: asyncio.Event, supervisor: Supervisor, child: Child, ready: Callable[[Child], None]) -> None:
    # The scheduler is needed last, and the processors of a small machine are few.
    await event.wait()
    await supervisor.start([child], ready)


async def _prepare(settings: Settings, screen: Screen, *, is_current: bool) -> "Doors":
    # Loaded in the thread: it takes long, and the children are to be watched meanwhile.
    def prepare() -> "Doors":
        from newsletter.local import preparing  # noqa: PLC0415 - see above

        return preparing.prepare(settings, is_current=is_current)

    doors = await asyncio.to_thread(prepare)
    screen.step("database")
    return doors
