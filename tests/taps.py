"""The page *One more tap* as a browser meets it, in tests: what stands in its form, and its sum done."""

import base64
import json
from html.parser import HTMLParser

from altcha.v1 import Challenge, solve_challenge
from werkzeug.test import TestResponse


class _Form(HTMLParser):
    """The first form of a page that has a sum, or else the first form."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.sum = ""
        self.fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and not self.action:
            self.action, self.sum = given.get("action") or "", given.get("data-proof") or ""
        if tag == "input" and given.get("type") == "hidden":
            self.fields.append((given.get("name") or "", given.get("value") or ""))


class TapPage:
    """What the page sends when its button is pressed."""

    def __init__(self, page: str) -> None:
        form = _Form()
        form.feed(page)
        assert form.action, "there is no form on this page"
        self.action, self.sum, self.fields = form.action, form.sum, form.fields

    @classmethod
    def of(cls, answer: TestResponse) -> "TapPage":
        """The page in an answer."""
        return cls(answer.text)

    def value(self, name: str) -> str:
        """The value of the one field of this name."""
        [found] = [value for each, value in self.fields if each == name]
        return found

    def with_proof(self) -> dict[str, list[str]]:
        """The fields with the answer to the sum, as `proof.js` adds it."""
        return self.without_proof() | {"altcha": [solved(self.sum)]}

    def without_proof(self) -> dict[str, list[str]]:
        """The fields as a browser without scripts sends them."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found


def solved(puzzle: str) -> str:
    """The answer to a sum, both as they travel."""
    asked = json.loads(puzzle)
    found = solve_challenge(Challenge("SHA-256", asked["challenge"], asked["maxNumber"], asked["salt"], ""))
    assert found is not None
    answer = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": found.number}
    return base64.b64encode(json.dumps(answer).encode()).decode()
