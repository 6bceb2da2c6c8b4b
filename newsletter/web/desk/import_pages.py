"""Readers from other systems: a file comes, is counted, and is taken in as an editor chooses; all readers go out."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from flask import Response, current_app, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from newsletter.errors import RefusedError
from newsletter.subscriptions import exporting
from newsletter.subscriptions.importing import asking, products, runs
from newsletter.subscriptions.importing.records import ImportRun
from newsletter.subscriptions.importing.troubles import table, troubles
from newsletter.subscriptions.privacy import reasons
from newsletter.web.desk import import_showing
from newsletter.web.desk.blueprints import desk_blueprint, is_poll
from newsletter.web.desk.login import visitor
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, services, writing

LARGEST_UPLOAD: Final = 100_000_000  # bytes
_FORM_AROUND: Final = 64_000  # what a browser puts around a file
_LARGEST_ID: Final = 2**63 - 1
_SHOWN: Final = 20
_LOOKED_BACK: Final = timedelta(days=90)
_OWNERS_ONLY: Final = "Only an owner of this desk may export readers. Please ask one."
_TOO_LARGE: Final = "This file is larger than 100 MB. Cut it into several, or import it on the command line."
_NONE: Final = "Choose a file first; nothing was imported."

blueprint = desk_blueprint("import_pages", __name__, url_prefix="/desk/n/<slug>/import")


@blueprint.get("")
def every(slug: str) -> ResponseReturnValue:
    """All imports of a newsletter, and where a file goes."""
    return listing(slug)


@blueprint.post("")
def upload(slug: str) -> ResponseReturnValue:
    """Take a file and have it counted. It is larger than other forms, so its token is checked here, not before."""
    request.max_content_length = LARGEST_UPLOAD + _FORM_AROUND
    try:
        current_app.extensions["csrf"].protect()
        arrived = _arrived()
    except RequestEntityTooLarge:
        return listing(slug, trouble=_TOO_LARGE), 413
    except RefusedError as error:
        return listing(slug, trouble=str(error)), 422
    with writing() as session:
        run = runs.begin(session, newsletter_or_404(session, slug), arrived, by=visitor().editor_id, now=now())
    return _to(slug, run.id)


@blueprint.get("/<int:run_id>")
def show(slug: str, run_id: int) -> ResponseReturnValue:
    """One import: its table, how far it is, or what came of it."""
    return _page(slug, run_id)


@blueprint.get("/<int:run_id>/progress")
def progress(slug: str, run_id: int) -> ResponseReturnValue:
    """The part of that page which changes while the file is read; at the end the page is loaded anew."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        run = import_showing.shown_run(session, _run_or_404(session, newsletter.id, run_id), newsletter, {}, now=now())
    if is_poll() and not run.is_moving:
        return "", 204, {"HX-Refresh": "true"}
    return render_template("desk/import_progress.html", run=run, newsletter=newsletter, is_live=_is_live())


@blueprint.post("/<int:run_id>/columns")
def read_as(slug: str, run_id: int) -> ResponseReturnValue:
    """Say what each column holds, or from which system the file is."""
    form = request.form
    wishes = dict(zip(form.getlist("column"), form.getlist("field"), strict=False))
    product = form.get("product", "")
    try:
        with writing() as session:
            run = _locked(session, slug, run_id)
            # Another system means other columns: what the form shows of the old ones says nothing about that.
            is_other = product in products.NAMES and product != run.product
            runs.read_as(session, run, product if is_other else "", {} if is_other else wishes, how="in the list below")
    except RefusedError as error:
        return _page(slug, run_id, trouble=str(error)), 422
    return _to(slug, run_id)


@blueprint.post("/<int:run_id>/start")
def start(slug: str, run_id: int) -> ResponseReturnValue:
    """Take the file in as chosen. Nobody is mailed by it."""
    form = request.form
    wishes = dict(zip(form.getlist("group"), form.getlist("choice"), strict=False))
    reason = form.get("reason", "")
    try:
        with writing() as session:
            run = _locked(session, slug, run_id)
            runs.start(session, run, wishes, declared_by=visitor().editor_id, reason=reason, now=now())
    except RefusedError as error:
        return _page(slug, run_id, wishes=wishes, reason=reason, trouble=str(error)), 422
    return _to(slug, run_id)


@blueprint.post("/<int:run_id>/ask")
def ask(slug: str, run_id: int) -> ResponseReturnValue:
    """Begin to ask the staged readers: one mail each, some each minute."""
    with writing() as session:
        run = _locked(session, slug, run_id)
        number = asking.start_asking(session, run, by=visitor().editor_id, now=now())
    flash(f"{number:,} will be asked to confirm: one mail each, some each minute.")
    return _to(slug, run_id)


@blueprint.post("/<int:run_id>/stop")
def stop(slug: str, run_id: int) -> ResponseReturnValue:
    """Ask no more of them for now."""
    with writing() as session:
        asking.stop_asking(_locked(session, slug, run_id))
    flash("Nobody more is asked. Whoever was not asked waits on.")
    return _to(slug, run_id)


@blueprint.post("/<int:run_id>/drop")
def drop(slug: str, run_id: int) -> ResponseReturnValue:
    """Throw a file away that was not taken in."""
    with writing() as session:
        runs.drop(session, _locked(session, slug, run_id), services().imports.folder)
    flash("The file is deleted, and nobody of it was taken in.")
    return redirect(url_for("import_pages.every", slug=slug), 303)


@blueprint.get("/<int:run_id>/errors.csv")
def errors(slug: str, run_id: int) -> ResponseReturnValue:
    """The rows that could not be taken, each with its line and what is wrong, to be mended."""
    with reading() as session:
        run = _run_or_404(session, newsletter_or_404(session, slug).id, run_id)
    found = troubles(services().database, services().imports.folder, run, now=now())
    return _csv(f"{slug}-import-{run_id}-errors.csv", table(run.layout["columns"], found))


@blueprint.get("/readers.csv")
def export(slug: str) -> ResponseReturnValue:
    """All readers of a newsletter; only for owners."""
    if not visitor().is_owner:
        return listing(slug, trouble=_OWNERS_ONLY), 403
    with reading() as session:
        newsletter_id = newsletter_or_404(session, slug).id
    every = exporting.readers(services().database, newsletter_id)
    return _csv(f"{slug}-readers.csv", _with_head(exporting.cells_of(each) for each in every))


def _with_head(rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield exporting.COLUMNS
    yield from rows


def _csv(name: str, rows: Iterable[Sequence[str]]) -> Response:
    """Rows as a file to download, made while it is sent."""
    answer = Response(stream_with_context(_lines(rows)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "\ufeff"  # by which spreadsheets know UTF-8
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\r\n").writerow(row)
        yield line.getvalue()


def _arrived() -> runs.Arrived:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise RefusedError(_NONE)
    product = request.form.get("product", "")
    return runs.receive(
        file.stream,  # type: ignore[arg-type]  # werkzeug calls any open file IO[bytes]
        services().imports.folder,
        name=file.filename,
        most=LARGEST_UPLOAD,
        product=product if product in products.NAMES else "",
    )


def listing(slug: str, *, trouble: str = "", invite_trouble: str = "", typed: str = "", reason: str = "") -> str:
    """The page, with what is wrong with the file that came, or with an invitation."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        shown = [
            import_showing.shown_run(session, run, newsletter, {}, now=now())
            for run in runs.runs_of(session, newsletter.id, limit=_SHOWN)
        ]
        surroundings = masthead(session, newsletter, "readers")
        left = _left(session, newsletter.id)
    titles = [(name, products.product_named(name).title) for name in products.NAMES]
    invited = {"invite_trouble": invite_trouble, "typed": typed, "reason": reason}
    return render_template(
        "desk/imports.html", **surroundings, **left, **invited, runs=shown, products=titles, trouble=trouble
    )


def _left(session: Session, newsletter_id: int) -> dict[str, Any]:
    """Why readers left, as far as they cared to say; nobody sees who it was."""
    given = reasons.reasons_given(session, newsletter_id, now() - _LOOKED_BACK)
    return {
        "reasons": [(reasons.WORDS[each], given[each]) for each in reasons.Reason if each in given],
        "said": [
            (reasons.WORDS[reasons.Reason(reason)], words)
            for reason, words in reasons.words_given(session, newsletter_id, most=_SHOWN)
        ],
    }


def _page(
    slug: str, run_id: int, *, wishes: Mapping[str, str] | None = None, reason: str = "", trouble: str = ""
) -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        run = _run_or_404(session, newsletter.id, run_id)
        shown = import_showing.shown_run(session, run, newsletter, wishes or {}, now=now())
        surroundings = masthead(session, newsletter, "readers")
    return render_template(
        "desk/import.html", **surroundings, **_choices(run), run=shown, reason=reason, trouble=trouble
    )


def _choices(run: ImportRun) -> dict[str, Any]:
    """What else the page needs: the columns, what they may hold, and the systems."""
    return {
        "columns": import_showing.shown_columns(services().imports.folder, run),
        "fields": [(field.value, words) for field, words in import_showing.FIELD_WORDS.items()],
        "products": [(name, products.product_named(name).title) for name in products.NAMES],
        "is_live": _is_live(),
        "longest_reason": runs.LONGEST_REASON,
    }


def _is_live() -> bool:
    return request.args.get("live") != "no"


def _to(slug: str, run_id: int) -> ResponseReturnValue:
    return redirect(url_for("import_pages.show", slug=slug, run_id=run_id), 303)


def _locked(session: Session, slug: str, run_id: int) -> ImportRun:
    """An import that is about to change: of two presses at the same instant the second finds what the first did."""
    run = _run_or_404(session, newsletter_or_404(session, slug).id, run_id)
    session.refresh(run, with_for_update=True)
    return run


def _run_or_404(session: Session, newsletter_id: int, run_id: int) -> ImportRun:
    run = session.get(ImportRun, run_id) if run_id <= _LARGEST_ID else None
    if run is None or run.newsletter_id != newsletter_id:
        raise NotFound("There is no such import in this newsletter. The list of imports shows all there are.")
    return run
