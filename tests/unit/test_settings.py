"""Settings: read once, typed, frozen; each mistake has its sentence."""

import stat
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.settings import SECRET_FIELDS, Settings, SettingsError, read_settings, secret_key_from

KEY = "k" * 32


def trouble(**environment: str) -> str:
    """The sentence about a wrong environment."""
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    return str(caught.value)


def test_nothing_set_is_enough_to_run_on_one_machine() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert settings.base_url == "http://localhost:8000"
    assert settings.is_loopback
    assert settings.is_bound_to_loopback
    assert not settings.has_relay


def test_empty_variables_and_those_of_others_count_as_not_set() -> None:
    assert read_settings({"GAZETTE_PUBLIC_URL": "", "PORT": "", "HOME": "/x", "GAZETTE_UNKNOWN": "x"}) == Settings()
    assert read_settings({"GAZETTE_PORT": "9000"}).port == 8000, "the port is PORT, as platforms set it"


def test_the_environment_of_the_process_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAZETTE_SMTP_USER", "from-outside")
    assert read_settings().smtp_user == "from-outside"
    assert read_settings({}).smtp_user == ""


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 9000  # type: ignore[misc]


def test_what_is_no_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="smtp_pasword"):
        Settings.model_validate({"smtp_pasword": "x"})


def test_secrets_do_not_show_in_print() -> None:
    given_secrets = {field: f"smtp://{field}-in-clear-which-is-long-enough" for field in SECRET_FIELDS}
    settings = Settings.model_validate(given_secrets)
    for text in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "in-clear" not in text
    for field in SECRET_FIELDS:
        assert "in-clear" in getattr(settings, field).get_secret_value()


def test_every_secret_is_kept_as_one() -> None:
    named_so = {name for name in Settings.model_fields if "password" in name or "secret" in name or "_url" in name}
    assert named_so - {"public_url", "former_urls", "alert_url"} == set(SECRET_FIELDS)


# --- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("https://news.example.org", "https://news.example.org"),
        ("https://news.example.org/", "https://news.example.org"),
        ("https://example.org/newsletters/", "https://example.org/newsletters"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_a_public_address_has_no_slash_at_its_end(written: str, base: str) -> None:
    assert read_settings({"GAZETTE_PUBLIC_URL": written}).base_url == base


@pytest.mark.parametrize(
    "written", ["news.example.org", "ftp://news.example.org", "https://", "https://a.example/?x=1"]
)
def test_a_public_address_that_is_none_has_its_sentence(written: str) -> None:
    assert trouble(GAZETTE_PUBLIC_URL=written) == (
        "GAZETTE_PUBLIC_URL: write it like https://news.example.org. config/env.example shows how it is written."
    )


@pytest.mark.parametrize(
    ("url", "is_loopback"),
    [
        ("http://localhost", True),
        ("http://127.0.0.1:9000", True),
        ("http://[::1]:9000", True),
        ("https://news.example.org", False),
        ("http://localhost.example.org", False),
        ("http://192.168.1.5", False),
    ],
)
def test_a_public_address_means_this_machine_only_or_it_does_not(url: str, *, is_loopback: bool) -> None:
    assert read_settings({"GAZETTE_PUBLIC_URL": url}).is_loopback is is_loopback


@pytest.mark.parametrize(
    ("bind", "is_loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],  # noqa: S104 - what is tested
)
def test_a_web_server_that_listens_to_others_knows_it(bind: str, *, is_loopback: bool) -> None:
    assert read_settings({"GAZETTE_BIND": bind}).is_bound_to_loopback is is_loopback


def test_the_port_is_part_of_the_local_address() -> None:
    assert read_settings({"PORT": "8123"}).base_url == "http://localhost:8123"


def test_lists_stand_with_commas_between_them() -> None:
    settings = read_settings(
        {"GAZETTE_FETCH_ALLOW": "10.1.0.0/16, 10.2.0.0/16,,", "GAZETTE_FORMER_URLS": "https://a.example"}
    )
    assert settings.fetch_allow == ("10.1.0.0/16", "10.2.0.0/16")
    assert settings.former_urls == ("https://a.example",)


def test_proxies_are_named_or_counted() -> None:
    def given(text: str) -> object:
        return read_settings({"GAZETTE_TRUSTED_PROXIES": text}).trusted_proxies

    assert given("") == 0
    assert given("2") == 2
    assert given("127.0.0.1, 10.1.2.3/8") == (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))
    assert given("::1,") == (ip_network("::1"),)


def test_folders_are_absolute_whatever_the_working_folder_becomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home-of-somebody")
    assert read_settings({"GAZETTE_DATA_DIR": "mine"}).data_dir == tmp_path / "mine"
    assert read_settings({"GAZETTE_DATA_DIR": "~/mine"}).data_dir == Path("/home-of-somebody/mine")
    assert read_settings({"GAZETTE_DATA_DIR": "/srv"}).inbox_dir == Path("/srv/inbox")
    assert read_settings({"GAZETTE_READY_FILE": "ready"}).ready_file == tmp_path / "ready"


# --- Mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("PORT", "eighty", "PORT: "),
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("GAZETTE_TRUSTED_PROXIES", "-1", "a number of proxies is from 0 to 9"),
        ("GAZETTE_TRUSTED_PROXIES", "10", "a number of proxies is from 0 to 9"),
        ("GAZETTE_TRUSTED_PROXIES", "10.0.0.0/8, proxy.example", "write the networks of your proxies"),
        ("GAZETTE_TRUSTED_PROXIES", "0.0.0.0/0", "would let anybody say who they are"),
        ("GAZETTE_TRUSTED_PROXIES", "::/0", "would let anybody say who they are"),
        ("GAZETTE_LOG_FORMAT", "yaml", "'console' or 'json'"),
        ("GAZETTE_LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("GAZETTE_LEASE_SECONDS", "0", "greater than or equal to 1"),
        ("GAZETTE_LEASE_SECONDS", "301", "less than or equal to 300"),
        ("GAZETTE_SWEEP_SECONDS", "0", "greater than or equal to 0.2"),
        ("GAZETTE_SWEEP_SECONDS", "61", "less than or equal to 60"),
        ("GAZETTE_INBOX_PORT", "many", "GAZETTE_INBOX_PORT: "),
        ("GAZETTE_DATA_DIR", "~nobody-of-this-name/x", "the home folder that it begins with is not known here"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_where_to_look(name: str, wrong: str, words: str) -> None:
    sentence = trouble(**{name: wrong})
    assert sentence.startswith(f"{name}: ")
    assert words in sentence
    assert sentence.endswith(". config/env.example shows how it is written.")
    assert "\n" not in sentence


@given(st.sampled_from(sorted(Settings.model_fields)), st.text(max_size=40))
def test_whatever_is_written_gives_settings_or_one_line(field: str, text: str) -> None:
    name = "PORT" if field == "port" else f"GAZETTE_{field.upper()}"
    said = sentence_or_nothing({name: text})
    assert said == "" or said.startswith(name)
    assert len(said.splitlines()) <= 1


def sentence_or_nothing(environment: dict[str, str]) -> str:
    """What is said about an environment; nothing when it is right."""
    try:
        read_settings(environment)
    except SettingsError as error:
        return str(error)
    return ""


def test_a_short_key_is_refused_without_being_told() -> None:
    for keys in ("short-and-secret", f"{KEY},short-and-secret"):
        sentence = trouble(GAZETTE_SECRET_KEY=keys)
        assert sentence.startswith("GAZETTE_SECRET_KEY: each key needs at least 32 letters; make one with: python3 -c")
        assert "short-and-secret" not in sentence


def test_keys_stand_newest_first() -> None:
    settings = read_settings({"GAZETTE_SECRET_KEY": f" {'n' * 32} , {'o' * 32},"})
    assert settings.secret_keys == ("n" * 32, "o" * 32)
    assert Settings().secret_keys == ()


# --- Secrets in files -----------------------------------------------------------------------------


@pytest.mark.parametrize("field", SECRET_FIELDS)
def test_every_secret_may_lie_in_a_file(tmp_path: Path, field: str) -> None:
    file = tmp_path / "secret"
    file.write_text("a/secret+with=signs-and-umlauts-äöü-long-enough\n", encoding="utf-8")
    settings = read_settings({f"GAZETTE_{field.upper()}_FILE": str(file)})
    assert getattr(settings, field).get_secret_value() == "a/secret+with=signs-and-umlauts-äöü-long-enough"


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("x")
    sentence = trouble(GAZETTE_SMTP_PASSWORD="y", GAZETTE_SMTP_PASSWORD_FILE=str(file))
    assert sentence == "GAZETTE_SMTP_PASSWORD and GAZETTE_SMTP_PASSWORD_FILE are both set; keep one of them."


def test_an_empty_variable_beside_a_file_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("x")
    settings = read_settings({"GAZETTE_SMTP_PASSWORD": "", "GAZETTE_SMTP_PASSWORD_FILE": str(file)})
    assert settings.smtp_password.get_secret_value() == "x"
    assert read_settings({"GAZETTE_SMTP_PASSWORD": "y", "GAZETTE_SMTP_PASSWORD_FILE": ""}) != settings


def test_a_secret_file_that_cannot_be_read_has_its_sentence(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert trouble(GAZETTE_SECRET_KEY_FILE=str(absent)) == (
        f"GAZETTE_SECRET_KEY_FILE: cannot read {absent} (No such file or directory). "
        "Check the path and its permissions."
    )
    assert "(Is a directory)" in trouble(GAZETTE_SECRET_KEY_FILE=str(tmp_path))
    odd = tmp_path / "odd"
    odd.write_bytes(b"\xff\xfe\x00")
    assert "(not readable as text)" in trouble(GAZETTE_SECRET_KEY_FILE=str(odd))


def test_only_secrets_are_read_from_files(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("https://news.example.org")
    assert read_settings({"GAZETTE_PUBLIC_URL_FILE": str(file)}) == Settings()


# --- The key of an installation that has none -----------------------------------------------------


def test_a_key_is_made_once_kept_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    key = secret_key_from(folder)
    assert len(key) >= 32
    assert secret_key_from(folder) == key
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
    assert secret_key_from(tmp_path / "another") != key
    assert read_settings({"GAZETTE_SECRET_KEY": key}).secret_keys == (key,)
