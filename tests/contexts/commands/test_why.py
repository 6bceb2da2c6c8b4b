"""`gazette why`: the reason, in a sentence or as JSON."""

import json

from newsletter.catalogue.shelf import the_newsletter
from tests.command_line import CommandLine
from tests.data import a_reader, an_article


def test_it_says_why_by_the_number_of_an_article_and_by_its_address(line: CommandLine) -> None:
    with line.database.write() as session:
        newsletter = the_newsletter(session, None)
        a_reader(session, newsletter, topics=("science",))
        article = an_article(session, newsletter, "Ferry", topics=("technology",))
    for named in (str(article.id), article.url):
        ended = line.run("why", "Anna@example.org", named)
        assert ended.out == "Ferry: They follow other topics than Technology.\n"
    told = json.loads(line.run("why", "anna@example.org", article.url, "--json").out)
    assert (told["why"], told["article"], told["delivery"]) == ("other_topic", article.id, None)


def test_whom_or_what_nobody_knows_is_said(line: CommandLine) -> None:
    assert line.run("why", "anna@example.org", "7").err == (
        "There is no article 7. Give its number, as the desk shows it, or its address.\n"
    )
    with line.database.write() as session:
        an_article(session, the_newsletter(session, None))
    assert line.run("why", "anna@example.org", "1").err == (
        "Nobody with the address anna@example.org reads the newsletter of this article.\n"
    )
    assert line.run("why", "anna", "1").code == 1
