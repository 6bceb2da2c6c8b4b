"""The documents say what the code does: tables, links, commands, names."""

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from config import defaults
from config.settings import SECRET_FIELDS, Settings
from newsletter.commands import gazette
from newsletter.delivery.kinds import POLICIES

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def written(value: object) -> str:
    """A value as the tables of docs/defaults.md show it."""
    if isinstance(value, timedelta):
        return _written_span(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {written(each)}" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(each if isinstance(each, str) else f"{each[1]} in {written(each[0])}" for each in value)
    return str(value)


def _written_span(span: timedelta) -> str:
    """In the largest unit that it is a whole number of."""
    seconds = int(span.total_seconds())
    name, length = next(unit for unit in UNITS if seconds % unit[1] == 0)
    count = seconds // length
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def table(document: Path, first_column: str) -> dict[str, list[str]]:
    """The rows of the table whose first column has this name: the code in it → the other cells."""
    rows: dict[str, list[str]] = {}
    is_inside = False
    for line in document.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            is_inside = False
        elif cells[0] == first_column:
            is_inside = True
        elif is_inside and not set(cells[0]) <= set("-: "):
            assert cells[0] not in rows, f"{cells[0]} stands twice in {document.name}"
            rows[cells[0].strip("`")] = cells[1:]
    return rows


def code_of(document: Path) -> list[str]:
    """Every line of code in a document: within backticks, and in fenced blocks."""
    text = document.read_text()
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    joined = [block.replace("\\\n", " ") for block in blocks]
    return [*re.findall(r"`([^`\n]+)`", prose), *(line for block in joined for line in block.splitlines())]


def commands_in(document: Path) -> Iterator[list[str]]:
    """The words of every `gazette …` command in a document."""
    for line in code_of(document):
        found = re.search(r"(?:^|\./run |\bweb )gazette((?:\s+[^\s#].*)?)$", line.split("  #")[0].strip())
        if found and not line.lstrip().startswith("#"):
            yield shlex.split(found[1].replace("…", ""))


def test_the_defaults_are_documented_as_they_are() -> None:
    stated = {name: cells[0] for name, cells in table(ROOT / "docs" / "defaults.md", "name").items()}
    assert stated == {name: written(value) for name, value in vars(defaults).items() if name.isupper()}


def test_the_kinds_of_mail_are_documented_as_they_are() -> None:
    stated = table(ROOT / "docs" / "defaults.md", "kind")
    assert stated == {
        kind: [policy.lane, written(policy.lifetime), policy.when_unknown, written(policy.unknown_pause)]
        for kind, policy in POLICIES.items()
    }


@each_document
def test_every_link_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if not re.match(r"[a-z]+:|#", target):
            assert (document.parent / target.partition("#")[0]).exists(), target


@each_document
def test_every_command_named_exists_with_its_options(document: Path) -> None:
    for words in commands_in(document):
        command: click.Command = gazette
        context = click.Context(gazette)
        given = list(words)
        while given and isinstance(command, click.Group) and not given[0].startswith("-"):
            name = given.pop(0)
            found = command.get_command(context, name)
            assert found is not None, f"gazette {shlex.join(words)}: there is no {name}"
            command = found
        known = {option for each in command.get_params(context) for option in (*each.opts, *each.secondary_opts)}
        for option in given:
            if option.startswith("--"):
                assert option.partition("=")[0] in known, f"gazette {shlex.join(words)}: there is no {option}"


@each_document
def test_every_setting_named_exists(document: Path) -> None:
    known = {f"GAZETTE_{name.upper()}" for name in Settings.model_fields}
    known |= {f"GAZETTE_{name.upper()}_FILE" for name in SECRET_FIELDS}
    assert set(re.findall(r"GAZETTE_[A-Z_]+[A-Z]", document.read_text())) <= known


@each_document
def test_every_file_named_exists(document: Path) -> None:
    places = "config|newsletter|tasks|templates|tests|docs|benchmarks"
    for code in code_of(document):
        # The recipe for a new kind of mail makes up a kind, goodbye.
        if re.fullmatch(rf"(?:{places})/[\w./-]*", code) and "goodbye" not in code:
            assert (ROOT / code).exists(), code


def test_every_function_in_the_life_of_a_digest_exists() -> None:
    steps = table(ROOT / "docs" / "architecture.md", "step")
    assert len(steps) > 10
    for cells in steps.values():
        assert callable(_named(f"newsletter.{cells[0].strip('`')}"))


def _named(dotted: str) -> Any:
    """What a dotted name means: a module, or what lies in one."""
    module, _, name = dotted.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError:
        return getattr(_named(module), name)


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
