"""What must hold of every kind of mail, whoever adds the next one."""

import importlib
from pathlib import Path

import pytest

from newsletter.delivery.kinds import MailKind
from newsletter.mails.rendering import TEMPLATES
from tests.golden.facts import golden_mails

PIECES = {"subject.txt", "body.txt", "body.html"}
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_kind_of_mail_has_a_module_that_says_what_stands_in_it(kind: MailKind) -> None:
    module = importlib.import_module(f"newsletter.mails.{kind}")
    assert callable(module.content)


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_kind_of_mail_has_three_templates_and_three_golden_files(kind: MailKind) -> None:
    assert {path.name for path in (TEMPLATES / kind).iterdir()} == PIECES
    assert {path.name for path in (GOLDEN / kind).iterdir()} == PIECES


def test_no_folder_is_left_of_a_kind_that_is_gone() -> None:
    kinds = {str(kind) for kind in MailKind}
    assert {path.name for path in TEMPLATES.iterdir() if path.is_dir()} == kinds
    others = {"__pycache__", "feeds"}  # what the parser makes of feeds
    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} - others == kinds
    assert set(golden_mails()) == kinds


def test_no_template_turns_escaping_off() -> None:
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        assert "|safe" not in source.replace(" ", ""), path
        assert "autoescape" not in source, path
