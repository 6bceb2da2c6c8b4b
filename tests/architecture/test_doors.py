"""What must hold of all doors, tasks and tables, whoever adds the next one."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect as inspect_database

import newsletter
from config.settings import SECRET_FIELDS, Settings
from newsletter.database import Base, Database
from newsletter.delivery.kinds import POLICIES, Lane, MailKind
from newsletter.delivery.outbox import BELLS
from newsletter.jobs import JobKind, announce_nothing
from newsletter.links import Links
from newsletter.migrations import is_current, migrate, migration_config, tables
from newsletter.signing import Signer
from newsletter.web.guards import GUARDS, anybody
from tasks.queues import QUEUES, ROUTES, TASKS

ROOT = Path(__file__).parent.parent.parent
# What anybody may ask for; everything else stands behind a guard.
OPEN_TO_ALL = {
    "health",
    "embedding",
    "joining",
    "confirming",
    "leaving",
    "moving",
    "preferences",
    "privacy",
    "demo",
    "entry",
    "pictures",
    "written",
    "archive",
    "archive_mailed",
    "api_description",
    "websub",
    "tapping",
}


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Every module of a package, but for migrations and programs."""
    names = [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
    return [importlib.import_module(n) for n in names if ".migrations." not in n and "__main__" not in n]


def source_of(module: ModuleType) -> str:
    """The text of a module."""
    assert module.__file__
    return Path(module.__file__).read_text()


def test_every_blueprint_has_its_guard(app: Flask) -> None:
    for name in app.blueprints:
        assert name in GUARDS, f"make {name} with guards.guarded"
        assert GUARDS[name] in app.before_request_funcs[name]


def test_only_the_doors_named_here_are_open_to_all(app: Flask) -> None:
    assert {name for name in app.blueprints if GUARDS[name] is anybody} == OPEN_TO_ALL


def test_every_route_belongs_to_a_blueprint(app: Flask) -> None:
    loose = [rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint]
    assert loose == ["static"]


def test_only_post_changes_anything(app: Flask) -> None:
    """A view for GET opens no writing transaction."""
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) or rule.endpoint == "static":
            continue
        source = inspect.getsource(app.view_functions[rule.endpoint])
        assert "writing()" not in source, f"{rule.endpoint} answers GET and writes"


def test_every_job_has_a_task_and_every_task_a_queue() -> None:
    celery_app = importlib.import_module("tasks.broker").make_celery(
        Settings.model_validate({"redis_url": "redis://127.0.0.1:1/0"})
    )
    assert set(TASKS) == set(JobKind)
    known = set()
    for name in celery_app.conf.include:
        path = ROOT / Path(*name.split(".")).with_suffix(".py")
        known |= {f"{name}.{found}" for found in re.findall(r"@app\.task.*\ndef (\w+)", path.read_text())}
    assert set(TASKS.values()) <= known
    for task in known:
        patterns = [pattern for pattern in ROUTES if re.fullmatch(pattern.replace("*", r"\w+"), task)]
        assert len(patterns) == 1, f"{task} needs exactly one queue"
    assert {route["queue"] for route in ROUTES.values()} == set(QUEUES)


def test_every_lane_has_a_bell_and_every_mail_kind_a_policy() -> None:
    assert set(BELLS) == set(Lane)
    assert set(POLICIES) == set(MailKind)


def test_every_link_in_a_mail_opens_a_page(app: Flask) -> None:
    links = Links("http://localhost", Signer(("k" * 32,)))
    urls = {
        "subscribe": links.subscribe("proof"),
        "embed": links.embed("proof"),
        "archive": links.archive("proof"),
        "edition": links.edition("proof", 1),
        "view": links.view(1, "n"),
        "confirm": links.confirm(1, "n"),
        "preferences": links.preferences(1, "n"),
        "leave": links.leave(1, "n"),
        "own": links.own(1, "n"),
        "new_address": links.new_address(1, "n"),
        "not_me": links.not_me(1, "n"),
        "login": links.login(1, "n"),
        "desk": links.desk(),
        "desk_feed": links.desk_feed("proof", 1),
        "desk_edition": links.desk_edition(1),
        "push": links.push(1, "n"),
        "article": links.article("the-proof", 1),
        "picture": links.picture("0" * 64, "jpg"),
    }
    public = {name for name, _ in inspect.getmembers(Links, inspect.isfunction) if not name.startswith("_")}
    assert set(urls) == public, "add the new link here"
    adapter = app.url_map.bind("localhost")
    for url in urls.values():
        endpoint, _ = adapter.match(url.removeprefix("http://localhost"), method="GET")
        assert endpoint


def test_every_setting_is_in_the_example_environment() -> None:
    example = (ROOT / "config" / "env.example").read_text()
    named = set(re.findall(r"^#? ?((?:GAZETTE_)?[A-Z_]+)=", example, re.MULTILINE))
    expected = {"PORT" if name == "port" else f"GAZETTE_{name.upper()}" for name in Settings.model_fields}
    files = {f"GAZETTE_{name.upper()}_FILE" for name in SECRET_FIELDS}
    assert expected <= named
    assert named <= expected | files


def test_every_module_with_tables_is_known_to_the_migrations() -> None:
    places = {module.__name__ for module in modules_of(newsletter) if re.search(r"__tablename__ =", source_of(module))}
    listed = set(re.findall(r"^import ([\w.]+)", source_of(tables), re.MULTILINE))
    assert listed == places


def test_migrations_lead_to_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_down_and_up_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}", announce_nothing)
    migrate(database.engine)
    assert is_current(database.engine)
    migrate(database.engine)
    with database.engine.connect() as connection:
        command.downgrade(migration_config(connection), "base")
        connection.commit()
        assert inspect_database(connection).get_table_names() == ["alembic_version"]
    migrate(database.engine)
    assert is_current(database.engine)
    database.close()


@pytest.mark.parametrize("folder", ["newsletter", "tasks", "config", "tests", "benchmarks"])
def test_modules_stay_small_and_have_names_of_their_own(folder: str) -> None:
    paths = [*(ROOT / folder).rglob("*.py")]
    assert paths
    for path in paths:
        assert path.stem not in {"utils", "util", "helpers", "common", "misc", "manager"}
        if "versions" not in path.parts:
            assert len(path.read_text().splitlines()) <= 300, path


def test_every_public_function_says_what_it_does() -> None:
    for module in modules_of(newsletter):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                assert function.__doc__, f"{module.__name__}.{name} needs a docstring"


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    places = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
    for path in [*ROOT.glob("*.*"), *ROOT.glob("*/**/*.py"), *ROOT.glob("*/**/*.md"), *ROOT.glob("*/**/*.html")]:
        if not path.is_file() or {".venv", "var"} & set(path.parts) or path == Path(__file__):
            continue
        assert not places.search(path.read_text(errors="replace")), path
