"""`/api/v1/articles`: programs hand in articles, and see where they stand."""

from typing import Annotated, Any, Final

from apiflask.exceptions import HTTPError
from flask import Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType

from newsletter.accounts.api_answers import LONGEST_KEY, KeyReusedError
from newsletter.accounts.keys import ApiKey
from newsletter.feeds.articles import Article
from newsletter.feeds.importing.plain_words import in_plain_words
from newsletter.feeds.importing.submitted import Submitted, UnknownTopicError
from newsletter.language import joined
from newsletter.web.api import submitting
from newsletter.web.api.bodies import check_body, read_rest
from newsletter.web.api.problems import PREFIX, problem
from newsletter.web.api.shapes import ArticleOut, ArticlesOut, HandedInOut, shown
from newsletter.web.api.submitting import TooManyError
from newsletter.web.doors import now, reading, writing
from newsletter.web.guards import guarded, key_bearers

blueprint = guarded("api_articles", __name__, key_bearers, url_prefix="/api/v1", is_api=True)

_MOST: Final = 100
_NEWEST: Final = 2**63 - 1
_STORED: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/HandedInOut"}}}
_HAND_IN_ANSWERS: Final[dict[int, Any]] = {
    200: {"description": "It was known; `changed` says whether anything was edited.", "content": _STORED},
    400: "The body is no JSON.",
    413: "The request is larger than 256 kB.",
    415: "The body is not sent as JSON.",
    429: "More than 1,000 new articles within an hour; `Retry-After` says when there is room.",
}


class Page(BaseModel):
    """Which articles are asked for."""

    limit: Annotated[int, Field(ge=1, le=_MOST)] = 20
    before: Annotated[int, Field(ge=1, le=_NEWEST, description="Only articles with a smaller id.")] = _NEWEST


@blueprint.post("/articles")
@blueprint.input(Submitted, arg_name="submitted")
@blueprint.output(HandedInOut, 201, description="It is new, and stored.")
@blueprint.doc(
    summary="Hand in an article",
    description="An article that is known, by its id or its address, is edited. Send an `Idempotency-Key` "
    "(at most 200 letters) to be able to repeat the request without doing it twice.",
    responses=_HAND_IN_ANSWERS,
    security="key",
    operation_id="handInArticle",
)
def hand_in(submitted: Submitted) -> ResponseReturnValue:
    """Take in an article, once."""
    key = _idempotency_key()
    with writing() as session:
        answer, is_repeat = submitting.answer(session, _key(), submitted, key, now=now())
    response = jsonify(answer.body)
    response.status_code = answer.status
    response.headers["Location"] = f"{PREFIX}v1/articles/{answer.body['id']}"
    if is_repeat:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@blueprint.get("/articles")
@blueprint.input(Page, location="query", arg_name="page")
@blueprint.output(ArticlesOut)
@blueprint.doc(summary="List the articles of the newsletter, newest first", security="key", operation_id="listArticles")
def list_articles(page: Page) -> ResponseReturnValue:
    """The newest articles of the key's newsletter, whoever handed them in."""
    query = select(Article).where(Article.newsletter_id == _key().newsletter_id, Article.id < page.before)
    with reading() as session:
        found = list(session.scalars(query.order_by(Article.id.desc()).limit(page.limit + 1)))
        listed = shown(session, _key().newsletter_id, found[: page.limit], now=now())
    return jsonify({"articles": listed, "next_before": listed[-1]["id"] if len(found) > page.limit else None})


@blueprint.get("/articles/<int:article_id>")
@blueprint.output(ArticleOut)
@blueprint.doc(summary="See where an article stands, and why", security="key", operation_id="showArticle")
def show(article_id: int) -> ResponseReturnValue:
    """An article of the key's newsletter."""
    with reading() as session:
        [one] = shown(session, _key().newsletter_id, [_article(session, article_id)], now=now())
    return jsonify(one)


@blueprint.before_request
def _takes_json_only() -> None:
    if request.method == "POST" and not request.is_json:
        raise UnsupportedMediaType("Send JSON, with the header: Content-Type: application/json")
    if request.method == "POST":
        check_body(request.get_data())


@blueprint.after_request
def _leaves_no_rest(answer: Response) -> Response:
    read_rest(answer)
    return answer


@blueprint.errorhandler(HTTPError)
def _invalid(error: HTTPError) -> Response:
    """What is wrong with which field."""
    [fields] = error.detail.values() if isinstance(error.detail, dict) and error.detail else [{}]
    named = {
        ("body" if name == "_schema" else name): [in_plain_words(each) for each in sentences]
        for name, sentences in fields.items()
    }
    message = f"The request cannot be taken as it is; look at {joined(list(named))}. Nothing was changed."
    return problem(error.status_code, message, fields=named)


@blueprint.errorhandler(UnknownTopicError)
def _unknown_topic(error: UnknownTopicError) -> Response:
    return problem(422, f"{error} Nothing was changed.", fields={"topics": [str(error)]})


@blueprint.errorhandler(TooManyError)
def _too_many(error: TooManyError) -> Response:
    answer = problem(429, str(error))
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


@blueprint.errorhandler(KeyReusedError)
def _key_reused(error: KeyReusedError) -> Response:
    return problem(422, str(error), code="idempotency_key_reused")


def _key() -> ApiKey:
    key = g.api_key
    assert isinstance(key, ApiKey)  # noqa: S101 - the guard has set it
    return key


def _article(session: Session, article_id: int) -> Article:
    found = session.get(Article, article_id) if article_id <= _NEWEST else None
    if found is None or found.newsletter_id != _key().newsletter_id:
        raise NotFound("There is no such article in the newsletter of this key.")
    return found


def _idempotency_key() -> str | None:
    given = request.headers.get("Idempotency-Key")
    if given is not None and not (0 < len(given) <= LONGEST_KEY and given.isascii() and given.isprintable()):
        raise BadRequest(f"Idempotency-Key: send 1 to {LONGEST_KEY} plain letters, for example a UUID.")
    return given
