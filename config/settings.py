"""The settings: typed, frozen, read once from the environment.

`config/env.example` lists every one of them, and a test compares the two. Each secret may also be
given as a file (`GAZETTE_…_FILE`), as container platforms do.
"""

import ipaddress
import os
import secrets
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

SECRET_FIELDS: Final = ("database_url", "redis_url", "smtp_url", "smtp_password", "secret_key")
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SHORTEST_SECRET: Final = 32
_MOST_PROXIES: Final = 9
_LAST_PORT: Final = 65535


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which, why, and what to do."""


class Settings(BaseModel):
    """Everything the environment may say. Nothing else in the project reads the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    smtp_url: SecretStr = SecretStr("")
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    public_url: str = ""
    former_urls: tuple[str, ...] = ()
    secret_key: SecretStr = SecretStr("")
    resolver: Literal["", "off", "system"] | tuple[tuple[str, int], ...] = ""
    trusted_proxies: int | tuple[IpNetwork, ...] = 0
    fetch_allow: tuple[str, ...] = ()
    alert_url: str = ""
    bind: str = "127.0.0.1"
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    lease_seconds: float = Field(default=30.0, ge=1, le=300)
    sweep_seconds: float = Field(default=10.0, ge=0.2, le=60)
    port: int = Field(default=8000, ge=1, le=65535)
    # Set by the launcher for its children, not by people.
    inbox_port: int = Field(default=0, ge=0, le=65535)  # of the embedded inbox; 0: there is none
    ready_file: Path | None = None  # a worker or scheduler makes this file when it is ready

    @field_validator("former_urls", "fetch_allow", mode="before")
    @classmethod
    def _commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies", mode="plain")
    @classmethod
    def _proxies(cls, value: object) -> int | tuple[IpNetwork, ...]:
        parts = [part.strip() for part in str(value).split(",") if part.strip()]
        if len(parts) == 1 and parts[0].isascii() and parts[0].removeprefix("-").isdigit():
            if 0 <= (hops := int(parts[0])) <= _MOST_PROXIES:
                return hops
            raise ValueError(f"a number of proxies is from 0 to {_MOST_PROXIES}; better name their networks")
        try:
            named = tuple(ipaddress.ip_network(part, strict=False) for part in parts)
        except ValueError:
            raise ValueError("write the networks of your proxies, such as 127.0.0.1, 10.0.0.0/8") from None
        if any(network.prefixlen == 0 for network in named):
            raise ValueError("a network that holds every address would let anybody say who they are")
        return named

    @field_validator("resolver", mode="before")
    @classmethod
    def _resolver(cls, value: object) -> object:
        if not isinstance(value, str) or value in {"", "off", "system"}:
            return value
        try:
            return tuple(_name_server(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            raise ValueError("write system, off, or addresses of name servers such as 10.0.0.53:53") from None

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("write it like https://news.example.org")
        return value.rstrip("/")

    @field_validator("data_dir", "ready_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        try:
            return value.expanduser().absolute()
        except RuntimeError:
            raise ValueError("the home folder that it begins with is not known here") from None

    @model_validator(mode="after")
    def _long_secrets(self) -> Self:
        if any(len(key) < _SHORTEST_SECRET for key in self.secret_keys):
            raise ValueError(
                f"GAZETTE_SECRET_KEY: each key needs at least {_SHORTEST_SECRET} letters; "
                "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return self

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The signing keys, newest first."""
        raw = self.secret_key.get_secret_value()
        return tuple(key.strip() for key in raw.split(",") if key.strip())

    @property
    def base_url(self) -> str:
        """The public address of this installation, without a slash at its end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether the public address means this machine only."""
        return urlsplit(self.base_url).hostname in _LOOPBACK

    @property
    def is_bound_to_loopback(self) -> bool:
        """Whether the web server listens on this machine only."""
        return self.bind in _LOOPBACK

    @property
    def has_relay(self) -> bool:
        """Whether mail leaves through a relay; without one it stays in the local inbox."""
        return bool(self.smtp_url.get_secret_value())

    @property
    def asks_name_servers(self) -> bool:
        """Whether name servers are asked if new addresses can get mail; not in a trial, unless set."""
        if self.resolver:
            return self.resolver != "off"
        return self.has_relay and not self.is_loopback

    @property
    def name_servers(self) -> tuple[tuple[str, int], ...]:
        """The name servers to ask, as addresses and ports; none: those of this machine."""
        return self.resolver if isinstance(self.resolver, tuple) else ()

    @property
    def inbox_dir(self) -> Path:
        """The Maildir of the embedded inbox."""
        return self.data_dir / "inbox"


def _name_server(written: str) -> tuple[str, int]:
    """`10.0.0.53`, `10.0.0.53:5353`, `::1` or `[::1]:5353`. Raises ValueError."""
    host, port = written, "53"
    if "]:" in written or written.count(":") == 1:
        host, _, port = written.rpartition(":")
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT):
        raise ValueError(port)
    return str(ipaddress.ip_address(host.strip("[]"))), int(port)


def _with_secret_files(environment: dict[str, str]) -> dict[str, str]:
    found = dict(environment)
    for field in SECRET_FIELDS:
        name = f"GAZETTE_{field.upper()}"
        path = environment.get(f"{name}_FILE")
        if not path:
            continue
        if environment.get(name):
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them.")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not readable as text"
            raise SettingsError(
                f"{name}_FILE: cannot read {path} ({reason}). Check the path and its permissions."
            ) from None
    return found


def _sentence(error: ValidationError) -> str:
    first: Any = error.errors(include_url=False, include_context=False)[0]
    message = str(first["msg"]).removeprefix("Value error, ")
    if not first["loc"]:
        return message
    field = str(first["loc"][0])
    name = "PORT" if field == "port" else f"GAZETTE_{field.upper()}"
    return f"{name}: {message}. config/env.example shows how it is written."


def read_settings(environment: dict[str, str] | None = None) -> Settings:
    """The settings of this process, from `environment` (default: the process's own).

    Raises SettingsError with one plain sentence when something is missing or wrong.
    """
    given = _with_secret_files(dict(os.environ if environment is None else environment))
    known = set(Settings.model_fields) - {"port"}
    values = {
        name.removeprefix("GAZETTE_").lower(): value
        for name, value in given.items()
        # An empty variable means "not set": compose files pass on what nobody gave.
        if value and name.startswith("GAZETTE_") and name.removeprefix("GAZETTE_").lower() in known
    }
    if given.get("PORT"):
        values["port"] = given["PORT"]
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def secret_key_from(data_dir: Path) -> str:
    """The signing key kept in `data_dir`, made on first use, readable by its owner only.

    The embedded default has nobody to set GAZETTE_SECRET_KEY; links must outlive a restart.
    """
    path = data_dir / "secret-key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        data_dir.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
    return key
