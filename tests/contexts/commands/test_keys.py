"""`gazette key …`: keys for other programs."""

import json

from newsletter.accounts.api_keys import key_of
from tests.command_line import CommandLine


def test_a_key_is_shown_once_and_works_until_it_is_ended(line: CommandLine) -> None:
    made = line.run("key", "add", "Our CMS")
    assert made.code == 0
    sentence, token = made.out.splitlines()
    assert sentence == "Our CMS may hand in articles to The Proof with this key. It is not shown again:"
    with line.database.read() as session:
        key = key_of(session, token)
        assert key is not None
        assert key.newsletter_id == line.newsletter_id
    listed = line.run("key", "list")
    assert token not in listed.out
    assert "never used" in listed.out
    assert line.run("key", "end", str(key.id)).out == "The key of Our CMS has ended.\n"
    with line.database.read() as session:
        assert key_of(session, token) is None
    [data] = json.loads(line.run("key", "list", "--json").out)
    assert data["begins_with"] == token[:8]
    assert data["ended_at"]


def test_what_is_not_there_is_said(line: CommandLine) -> None:
    assert "There is no key yet" in line.run("key", "list").out
    assert line.run("key", "end", "7").err == "There is no key 7. `gazette key list` shows them.\n"
    assert line.run("key", "add", "x", "--newsletter", "nothing").code == 1
