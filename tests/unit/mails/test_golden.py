"""Every mail, word for word: subject, text and HTML as they stand in `tests/golden/<kind>/`.

After a wanted change: `GOLDEN_UPDATE=1 ./run test tests/unit/mails/test_golden.py`, then read the difference.
"""

import os
from pathlib import Path

import pytest

from newsletter.delivery.kinds import MailKind
from newsletter.mails.content import Rendered
from tests.golden.facts import golden_mails

GOLDEN = Path(__file__).parents[2] / "golden"


def files_of(mail: Rendered) -> dict[str, str]:
    """A mail as files; its HTML in lines, so that a difference can be read."""
    return {
        "subject.txt": mail.subject + "\n",
        "body.txt": mail.text,
        "body.html": mail.html.replace("><", ">\n<") + "\n",
    }


@pytest.mark.parametrize("kind", list(MailKind))
def test_a_mail_says_what_its_golden_files_say(kind: MailKind) -> None:
    for name, written in files_of(golden_mails()[kind]).items():
        path = GOLDEN / kind / name
        if os.environ.get("GOLDEN_UPDATE"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(written, encoding="utf-8")
        assert written == path.read_text(encoding="utf-8"), f"{path} says something else"


def test_an_update_run_is_no_passing_check() -> None:
    assert not os.environ.get("GOLDEN_UPDATE"), (
        "the golden files were written anew; look at the difference, then run again"
    )
