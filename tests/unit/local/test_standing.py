"""What a command in a second terminal learns of the installation that runs."""

import stat
from pathlib import Path

from config.settings import Settings
from newsletter.local.checks import make_data_folder
from newsletter.local.children import Ground
from newsletter.local.standing import environment_kept, in_force

GROUND = Ground(redis_port=4711, redis_url="redis://:word@127.0.0.1:4711/0", redis_password="word", inbox_port=2525)


def test_settings_that_were_given_and_ports_that_were_found_are_kept(tmp_path: Path) -> None:
    given = {"GAZETTE_LOG_LEVEL": "DEBUG", "HOME": "/nowhere", "GAZETTE_DATA_DIR": "var"}
    assert in_force(given, Settings(data_dir=tmp_path, port=8001), GROUND) == {
        "GAZETTE_LOG_LEVEL": "DEBUG",
        "PORT": "8001",
        "GAZETTE_REDIS_URL": GROUND.redis_url,
        "GAZETTE_INBOX_PORT": "2525",
    }


def test_a_broker_and_a_relay_of_one_s_own_are_not_replaced(tmp_path: Path) -> None:
    given = {"GAZETTE_REDIS_URL": "redis://broker/0", "GAZETTE_SMTP_URL": "smtp://relay"}
    ground = Ground(redis_port=0, redis_url="", redis_password="", inbox_port=0)
    assert in_force(given, Settings(data_dir=tmp_path), ground) == given | {"PORT": "8000"}


def test_the_file_is_its_owner_s_alone_and_goes_with_the_installation(tmp_path: Path) -> None:
    make_data_folder(tmp_path)
    with environment_kept(Settings(data_dir=tmp_path), GROUND) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "PORT=8000\n" in path.read_text()
    assert not path.exists()
