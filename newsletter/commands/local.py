"""`gazette local`, which `./run` is, and `gazette inbox-server`, one of its children."""

import sys

import click

from config.settings import read_settings


@click.command()
def local() -> None:
    """Run everything on this machine: web, worker, scheduler, Redis, inbox. `./run` does this."""
    from newsletter.local.opening import run  # noqa: PLC0415 - the inbox has no use for it

    run(read_settings())


@click.command("inbox-server")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), required=True, help="The port to listen on.")
def inbox_server(host: str, port: int) -> None:
    """Take mail by SMTP and keep it in the folder `inbox` of the data folder."""
    from newsletter.local.inbox import serve_inbox  # noqa: PLC0415 - the supervisor has no use for it

    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        serve_inbox(host, port, settings.inbox_dir)
    except OSError as error:
        sys.stderr.write(f"The inbox cannot listen on {host} port {port} ({(error.strerror or '').lower()}).\n")
        raise SystemExit(1) from None
