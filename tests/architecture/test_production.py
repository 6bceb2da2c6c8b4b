"""What `docker-compose.yml`, `Dockerfile`, `.ci/run` and `config/env.example` promise."""

import os
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from config.settings import SECRET_FIELDS, Settings, read_settings
from tasks.broker import ANSWER_SECONDS
from tasks.queues import QUEUES
from tests import compose_file
from tests.compose_file import MissingVariableError, filled_in

ROOT = Path(__file__).parent.parent.parent
OURS = ("migrate", "web", "worker", "scheduler")
LASTING = ("web", "worker", "scheduler")
ALL = (*OURS, "postgres", "redis")
DOTENV = {"GAZETTE_PUBLIC_URL": "https://news.example.org"}

each_service = pytest.mark.parametrize("name", ALL)
each_of_ours = pytest.mark.parametrize("name", OURS)


def service(name: str) -> dict[str, Any]:
    return compose_file.services()[name]


def seconds(span: str) -> int:
    """A duration as the file writes it."""
    assert re.fullmatch(r"\d+s", span)
    return int(span[:-1])


def dockerfile() -> list[list[str]]:
    """The instructions of the Dockerfile, word by word."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    return [shlex.split(line) for line in text.splitlines() if line and not line.startswith("#")]


def example() -> dict[str, str]:
    """What `config/env.example` sets when it is copied as it is."""
    lines = (ROOT / "config" / "env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def test_the_services_are_the_ones_that_the_documents_name() -> None:
    assert set(compose_file.services()) == set(ALL)


@each_service
def test_no_service_can_do_more_than_it_must(name: str) -> None:
    made = service(name)
    user = str(made["user"]).partition(":")[0]
    assert user not in {"", "0", "root"}
    assert made["read_only"] is True
    assert made["cap_drop"] == ["ALL"]
    assert made["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in made["tmpfs"]  # noqa: S108 - the container's own
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(made)


@each_service
def test_every_image_names_its_version(name: str) -> None:
    image, _, tag = service(name)["image"].partition(":")
    assert re.fullmatch(r"\d+(\.\d+)*", tag), f"{image}:{tag}"
    assert "/" not in image, "image names stand without the host that gives them"


def test_our_image_has_the_version_of_the_project() -> None:
    version = re.search(r'^version = "(\d+\.\d+)', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert {service(name)["image"] for name in OURS} == {f"gazette:{version[1]}"}


@pytest.mark.parametrize("name", [name for name in ALL if name != "migrate"])
def test_every_lasting_service_is_watched_and_started_again(name: str) -> None:
    made = service(name)
    kind, *words = made["healthcheck"]["test"]
    assert kind in {"CMD", "CMD-SHELL"}
    assert words
    assert made["restart"] == "unless-stopped"


def test_the_migration_runs_once_and_the_others_wait_for_it() -> None:
    assert service("migrate")["restart"] == "no"
    assert service("migrate")["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in LASTING:
        waits = {other: how["condition"] for other, how in service(name)["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


@each_of_ours
def test_every_command_is_a_list_of_words_whose_program_is_in_the_image(name: str) -> None:
    program, *_ = compose_file.command_of(name)
    is_packaged = (Path(sys.executable).parent / program).exists() and program in {"gunicorn", "celery"}
    assert is_packaged or program == "gazette"
    assert "/usr/local/bin/gazette" in (ROOT / "Dockerfile").read_text()


def test_the_workers_take_every_queue() -> None:
    words = compose_file.command_of("worker")
    assert set(words[words.index("--queues") + 1].split(",")) == set(QUEUES)


def test_the_commands_are_those_of_the_installation_without_containers() -> None:
    text = (ROOT / "docs" / "production.md").read_text()
    _, _, by_hand = text.partition("## Without containers")
    stated = [
        shlex.split(line, comments=True) for line in by_hand.splitlines() if line.startswith(("gunicorn", "celery"))
    ]
    assert len(stated) == len(LASTING)
    for words in stated:
        assert any(words == compose_file.command_of(name)[: len(words)] for name in LASTING), words


def test_every_process_has_time_to_end_in_order() -> None:
    for name in ALL:
        if name != "migrate":
            assert seconds(service(name)["stop_grace_period"]) >= 12
    assert seconds(service("worker")["stop_grace_period"]) > ANSWER_SECONDS + 4


def test_only_the_pages_can_be_reached_and_only_from_this_machine() -> None:
    published = {name: service(name)["ports"] for name in ALL if "ports" in service(name)}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}
    assert filled_in(published["web"][0], {}) == "127.0.0.1:8000:8000"


def test_the_database_and_the_broker_stand_apart_from_the_world_and_from_each_other() -> None:
    networks = compose_file.compose_file()["networks"]
    for name in ("postgres", "redis"):
        [network] = service(name)["networks"]
        assert networks[network] == {"internal": True}
    assert service("postgres")["networks"] != service("redis")["networks"]


def test_what_must_outlive_a_restart_is_on_named_volumes() -> None:
    named = set(compose_file.compose_file()["volumes"])
    for name in (*OURS, "postgres"):
        places = dict(volume.split(":", 1) for volume in service(name)["volumes"])
        assert places
        assert set(places) <= named
    data = {compose_file.environment_of(name, DOTENV)["GAZETTE_DATA_DIR"] for name in OURS}
    assert data == {"/data"}
    assert {volume for name in OURS for volume in service(name)["volumes"]} == {"data:/data"}


def test_the_broker_refuses_rather_than_forgets() -> None:
    words = compose_file.command_of("redis")
    assert words[words.index("--maxmemory-policy") + 1] == "noeviction"


def test_no_secret_stands_in_the_file() -> None:
    secrets = {f"GAZETTE_{field.upper()}" for field in SECRET_FIELDS}
    for name in ALL:
        for key, value in service(name).get("environment", {}).items():
            assert not re.search(r"://[^/\s:]*:[^/\s]*@", str(value)), f"{name}: {key} holds a password"
            if key in secrets:
                assert str(value).startswith("${"), f"{name}: {key} is not left to .env"
            assert not re.search(r"PASSWORD|SECRET|TOKEN", key), f"{name}: {key}"


@each_of_ours
def test_the_environment_of_every_process_makes_settings(name: str) -> None:
    settings = read_settings(compose_file.environment_of(name, DOTENV))
    assert settings.base_url == "https://news.example.org"
    assert settings.database_url.get_secret_value() == "postgresql://gazette@postgres:5432/gazette"
    assert settings.redis_url.get_secret_value() == "redis://redis:6379/0"
    assert settings.log_format == "json"
    assert settings.is_bound_to_loopback == (name != "web")


def test_a_database_of_ones_own_and_secrets_in_files_are_possible(tmp_path: Path) -> None:
    given = DOTENV | {"GAZETTE_DATABASE_URL": "postgresql://elsewhere/gazette"}
    settings = read_settings(compose_file.environment_of("web", given))
    assert settings.database_url.get_secret_value() == "postgresql://elsewhere/gazette"
    (tmp_path / "url").write_text("postgresql://in-a-file/gazette\n")
    given = DOTENV | {"GAZETTE_DATABASE_URL": "", "GAZETTE_DATABASE_URL_FILE": str(tmp_path / "url")}
    settings = read_settings(compose_file.environment_of("web", given))
    assert settings.database_url.get_secret_value() == "postgresql://in-a-file/gazette"


def test_without_a_public_address_nothing_starts() -> None:
    with pytest.raises(MissingVariableError, match=r"GAZETTE_PUBLIC_URL: write it into \.env"):
        compose_file.environment_of("web", {})


def test_the_example_environment_can_be_used_as_it_is() -> None:
    settings = read_settings(example())
    assert settings == Settings()


def test_the_example_environment_states_the_defaults() -> None:
    """A commented line with a value shows what holds when nobody sets it."""
    text = (ROOT / "config" / "env.example").read_text()
    shown = dict(re.findall(r"^# ((?:GAZETTE_)?[A-Z_]+)=(\S+)$", text, re.MULTILINE))
    shown = {name: value for name, value in shown.items() if not name.endswith("_FILE")}
    assert len(shown) > 5
    assert read_settings(shown) == Settings(data_dir=Path("var"))
    assert {"PORT", "GAZETTE_DATA_DIR", "GAZETTE_LOG_LEVEL", "GAZETTE_SWEEP_SECONDS"} <= set(shown)


def test_every_setting_in_the_example_has_its_sentence() -> None:
    above = ""
    for line in (ROOT / "config" / "env.example").read_text().splitlines():
        if re.match(r"(?:# )?(?:GAZETTE_)?[A-Z_]+=", line):
            assert above.startswith("# ") or re.match(r"GAZETTE_[A-Z_]+=", above), f"{line} has no sentence above it"
        above = line


def test_the_image_is_built_from_files_that_exist_and_reach_the_builder() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    copied = [words for words in dockerfile() if words[0] == "COPY" and not words[1].startswith("--from")]
    sources = [source for words in copied for source in words[1:-1]]
    assert {"app.py", "config", "newsletter", "tasks", "templates"} <= {Path(source).name for source in sources}
    for source in sources:
        assert (ROOT / source).exists(), source
        kept = [rule.startswith("!") for rule in ignored if fnmatch(source, rule.removeprefix("!"))]
        assert kept[-1], f".dockerignore keeps {source} from the builder"


def test_nothing_but_the_program_reaches_the_builder() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in rules
    for name in (".env", ".git", "var", "tests"):
        assert f"!{name}" not in rules


def test_the_image_runs_as_the_user_that_compose_names() -> None:
    instructions = dockerfile()
    [user] = [words[1] for words in instructions if words[0] == "USER"]
    assert {service(name)["user"] for name in OURS} == {user}
    assert not user.startswith("0")
    order = [words[0] for words in instructions]
    assert order.index("USER") > max(index for index, word in enumerate(order) if word in {"RUN", "COPY"})


def test_the_image_installs_only_what_is_pinned_by_hash() -> None:
    [install] = [words for words in dockerfile() if words[0] == "RUN" and "install" in words and "pip" in words[1]]
    assert "--require-hashes" in install
    assert install[install.index("-r") + 1].endswith("requirements.txt")
    bases = {words[1] for words in dockerfile() if words[0] == "FROM"}
    assert bases == {"python:3.11-slim"}


def test_the_image_holds_the_gazette_command() -> None:
    [made] = [words for words in dockerfile() if "/usr/local/bin/gazette" in words]
    script = made[made.index("printf") + 2 : made.index(">")]
    assert script == ["#!/bin/sh", 'exec python -m newsletter.commands "$@"']


@pytest.mark.parametrize("path", ["run", ".ci/run"])
def test_the_scripts_can_be_started(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)


def test_ci_runs_the_checks_and_every_test_and_ends_with_pytest() -> None:
    text = (ROOT / ".ci" / "run").read_text()
    assert "export CI=true" in text
    assert "./run check" in text
    assert './run test -m ""' in text
    after = text.partition('./run test -m ""')[2]
    assert not re.search(r"\b(?:say|echo|printf)\b", after), "pytest's closing line is the last"
    assert sum(map(int, re.findall(r"timeout --kill-after=\d+ (\d+)", text))) < 90 * 60 - 12 * 60
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


@pytest.mark.parametrize("target", ["run", "test", "check"])
def test_make_does_what_run_does(target: str) -> None:
    text = (ROOT / "Makefile").read_text()
    assert re.search(rf"^{target}:\n\t\./run", text, re.MULTILINE)
