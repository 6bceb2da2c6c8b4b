"""What the screen of `./run` says, and that nothing stops it from saying it."""

import io
import os
from pathlib import Path

from config.settings import Settings
from newsletter.local.preparing import Doors
from newsletter.local.screen import Screen

DOORS = Doors("http://localhost:8000/n/proof", "http://localhost:8000/desk/login/abc", is_login_link=True)


def shown(settings: Settings, doors: Doors = DOORS) -> str:
    out = io.StringIO()
    Screen(settings, out).ready(doors)
    return out.getvalue()


def test_it_says_where_to_go_where_the_data_lies_and_how_to_stop(tmp_path: Path) -> None:
    text = shown(Settings(data_dir=tmp_path))
    for expected in (DOORS.reader, DOORS.desk, "http://localhost:8000/inbox", str(tmp_path), "Ctrl-C"):
        assert expected in text
    assert "\x1b" not in text, "no colours where nobody watches"


def test_with_a_relay_there_is_no_inbox(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "smtp_url": "smtp://relay.example.org"})
    assert "inbox" not in shown(settings).lower()


def test_pages_that_others_can_open_are_told(tmp_path: Path) -> None:
    assert "others in your network" in shown(Settings(data_dir=tmp_path, bind="192.0.2.1"))
    assert "others in your network" not in shown(Settings(data_dir=tmp_path))


def test_warnings_are_shown(tmp_path: Path) -> None:
    doors = Doors(DOORS.reader, DOORS.desk, is_login_link=False, warnings=["There is no editor yet."])
    text = shown(Settings(data_dir=tmp_path), doors)
    assert "There is no editor yet." in text
    assert "within a day" not in text


def test_a_reader_that_went_away_does_not_stop_the_installation(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        screen = Screen(Settings(data_dir=tmp_path), out)
        screen.begin()
        screen.stopped()
