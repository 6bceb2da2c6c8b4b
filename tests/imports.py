"""An import from end to end, as the desk and the command line run it."""

import io
from collections.abc import Mapping

from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions.importing import runs
from newsletter.subscriptions.importing.groups import group_from, wishes_by_status
from newsletter.subscriptions.importing.records import ImportRow, ImportRun
from newsletter.subscriptions.importing.working import steps
from newsletter.subscriptions.subscribers import Subscriber, Subscription
from newsletter.wiring import Services
from tests.data import a_newsletter, an_editor

REASON = "They ticked the box of our old form."


def a_house(parts: Services) -> None:
    """A newsletter, and an editor who may declare."""
    with parts.database.write() as session:
        a_newsletter(session)
        an_editor(session)


def bring(parts: Services, text: str | bytes, name: str = "readers.csv", product: str = "") -> int:
    """A file that has come, not counted yet; the id of its import."""
    content = text.encode() if isinstance(text, str) else text
    arrived = runs.receive(io.BytesIO(content), parts.imports.folder, name=name, most=10**9, product=product)
    with parts.database.write() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        return runs.begin(session, newsletter, arrived, by=1, now=parts.clock.now()).id


def work_on(parts: Services, run_id: int) -> ImportRun:
    """Do all that is to be done in the state of an import."""
    for _ in steps(parts.imports, run_id):
        pass
    return run_of(parts, run_id)


def counted(parts: Services, text: str | bytes, name: str = "readers.csv", product: str = "") -> ImportRun:
    """A file that has come and is counted."""
    return work_on(parts, bring(parts, text, name, product))


def begin_taking(parts: Services, run_id: int, groups: Mapping[str, str]) -> None:
    """Choose by status, declare, and start; nothing is taken in yet."""
    with parts.database.write() as session:
        run = session.get_one(ImportRun, run_id)
        wishes = wishes_by_status(run.counts["groups"], groups)
        runs.start(session, run, wishes, declared_by=1, reason=REASON, now=parts.clock.now())


def take_in(parts: Services, text: str | bytes, name: str = "readers.csv", **groups: str) -> ImportRun:
    """A whole import, with a choice for each status that is named."""
    run = counted(parts, text, name)
    begin_taking(parts, run.id, groups)
    return work_on(parts, run.id)


def run_of(parts: Services, run_id: int) -> ImportRun:
    """An import as it stands."""
    with parts.database.read() as session:
        return session.get_one(ImportRun, run_id)


def rows_of(parts: Services, run_id: int) -> dict[int, tuple[str, str]]:
    """Line → address and outcome, of all rows that were kept."""
    query = select(ImportRow).where(ImportRow.run_id == run_id).order_by(ImportRow.line)
    with parts.database.read() as session:
        return {row.line: (row.address_key, row.outcome) for row in session.scalars(query)}


def readers_of(parts: Services) -> dict[str, str]:
    """Address → state, of all subscriptions."""
    query = select(Subscriber.address_key, Subscription.state).join(
        Subscription, Subscription.subscriber_id == Subscriber.id
    )
    with parts.database.read() as session:
        return dict(session.execute(query.order_by(Subscription.id)).all())


def statuses_in(run: ImportRun) -> dict[str, int]:
    """Status and source → rows, as they were counted."""
    found = {}
    for key, number in run.counts["groups"].items():
        group = group_from(key)
        found[f"{group.status}{' proven' if group.has_proof else ''} {group.source}".strip()] = number
    return found
