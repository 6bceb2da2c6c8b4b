"""A newsroom for model-based tests: after each step its deliveries are compared with those of `tests.naive_readers`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from newsletter.catalogue.newsletters import ArticleOrder, Newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions import answering, fanout, schedule, sorting
from newsletter.editions.editions import Edition, EditionState, Variant
from newsletter.editions.groups import EditionRhythm, RhythmRow
from newsletter.feeds.articles import Article, Decision
from newsletter.feeds.deciding import decide
from newsletter.feeds.ranking import rank
from newsletter.subscriptions import leaving, pausing
from newsletter.subscriptions.choices import Choice, change
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState
from newsletter.wiring import settle_histories
from tests.conftest import StandingClock
from tests.data import EVIDENCE, a_newsletter, a_reader, an_article, topic_ids
from tests.edition_runs import next_event
from tests.naive_readers import LATEST, NaiveDelivery, NaiveEdition, NaiveReader, articles_of, editions_of

START = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)  # the clocks of Europe and America change within days
TOPICS = ("science", "technology", "ai")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
HOLD, RELEASE = [Decision.HOLD], [Decision.RELEASE]
MAXIMUM = 3
WHO = st.integers(0, 30)
SOME_TOPICS = st.sets(st.sampled_from(TOPICS), max_size=2).map(sorted)
RHYTHMS = st.tuples(st.sampled_from(["daily", "weekly"]), st.sampled_from([2, 7]), st.sampled_from(ZONES))
HOURS = st.sampled_from([1, 7, 24, 24, 48])
LATE = timedelta(minutes=30)
FINAL = ("sent", "failed", "withheld")


class Newsroom(RuleBasedStateMachine):
    """One newsletter, its readers and editors."""

    def __init__(self, fresh: Callable[[], Database]) -> None:
        super().__init__()
        self.database, self.clock = fresh(), StandingClock(START)
        self.readers: list[NaiveReader] = []
        self.evaluated: set[tuple[int, int, datetime]] = set()
        self.let_go: set[int] = set()  # editions that an editor let go late
        self.steps = 0

    @initialize(minimum=st.sampled_from([1, 1, 2]), order=st.sampled_from(ArticleOrder))
    def begin(self, minimum: int, order: ArticleOrder) -> None:
        with self.database.write() as session:
            newsletter = a_newsletter(session, topics=("Science", "Technology", "AI"), at=START - timedelta(days=50))
            newsletter.minimum_articles, newsletter.article_order = minimum, order
            self.newsletter_id, self.topics = newsletter.id, topic_ids(session, newsletter)
        self.minimum = minimum
        for topics, cadence in (([], "daily"), (["science"], "daily"), ([], "weekly")):
            self.join(topics=topics, rhythm=(cadence, 7, "Europe/Berlin"))

    # --- What readers do ---------------------------------------------------------------------------

    @rule(topics=SOME_TOPICS, rhythm=RHYTHMS)
    def join(self, topics: list[str], rhythm: tuple[str, int, str]) -> None:
        if len(self.readers) >= 12:
            return
        cadence, hour, zone = rhythm
        now = self.clock.now()
        with self.database.write() as session:
            newsletter = session.get_one(Newsletter, self.newsletter_id)
            address = f"reader{len(self.readers)}@example.org"
            made = a_reader(session, newsletter, address, topics=tuple(topics), cadence=Cadence(cadence), joined_at=now)
            made.hour, made.zone = hour, zone
            chosen = {self.topics[each]: now for each in topics}
            self.readers.append(NaiveReader(made.id, cadence, hour, zone, chosen, now, now))
        self.run()

    @rule(who=WHO, topics=SOME_TOPICS, rhythm=st.none() | RHYTHMS)
    def choose(self, who: int, topics: list[str], rhythm: tuple[str, int, str] | None) -> None:
        if not self.readers:
            return
        reader, now = self.readers[who % len(self.readers)], self.clock.now()
        cadence, hour, zone = rhythm or (reader.cadence, reader.hour, reader.zone)
        wanted = {self.topics[each] for each in topics}
        with self.database.write() as session:
            choice = Choice(frozenset(wanted), Cadence(cadence), None, hour, zone)
            subscription = session.get_one(Subscription, reader.subscription_id)
            change(session, subscription, choice, every_topic_id=self.topics.values(), now=now)
        if (reader.cadence, reader.hour, reader.zone) != (cadence, hour, zone):
            reader.cadence, reader.hour, reader.zone, reader.rhythm_at = cadence, hour, zone, now
        before = reader.topics or dict.fromkeys(self.topics.values(), reader.joined_at)
        if wanted or reader.topics:
            reader.topics = {each: before.get(each, now) for each in wanted or set(self.topics.values())}
        self.run()

    @rule(who=WHO, way=st.sampled_from(["pause", "leave", "return", "return"]))
    def come_and_go(self, who: int, way: str) -> None:
        if not self.readers:
            return
        reader, now = self.readers[who % len(self.readers)], self.clock.now()
        with self.database.write() as session:
            subscription = session.get_one(Subscription, reader.subscription_id)
            if way == "pause":
                pausing.pause(session, subscription, None, now=now)
            elif way == "leave":
                leaving.leave(session, subscription, EVIDENCE, now=now)
            elif subscription.state == SubscriptionState.PAUSED:
                pausing.resume(session, subscription, now=now)
            else:
                leaving.undo_leaving(session, subscription, EVIDENCE, now=now)
            is_active = subscription.state == SubscriptionState.ACTIVE
        if is_active and not reader.is_active:
            reader.joined_at = now
        reader.is_active = is_active
        self.run()

    # --- What editors and feeds do -----------------------------------------------------------------

    @rule(topics=SOME_TOPICS, waits=st.sampled_from([0, 0, 0, 30, 300]), count=st.sampled_from([1, 2, 6]))
    def publish(self, topics: list[str], waits: int, count: int) -> None:
        with self.database.write() as session:
            newsletter = session.get_one(Newsletter, self.newsletter_id)
            at = self.clock.now() + timedelta(minutes=waits)
            for number in range(count):
                title = f"Article {self.steps} {number}"
                article = an_article(session, newsletter, title, topics=tuple(topics), released_at=at)
                article.first_seen_at, article.embargo_at = self.clock.now(), at if waits else None
        self.run()

    @rule(who=WHO, decisions=st.sampled_from([HOLD, [Decision.NEVER], RELEASE, HOLD + RELEASE]))
    def decide(self, who: int, decisions: list[Decision]) -> None:
        with self.database.write() as session:
            articles = session.scalars(select(Article).order_by(Article.id.desc()).limit(8)).all()
            for decision in decisions if articles else ():
                decide(session, articles[who % len(articles)], decision, now=self.clock.now())
        self.run()

    @rule(who=WHO, is_pinned=st.booleans(), weight=st.sampled_from([-1, 0, 2]))
    def rank(self, who: int, *, is_pinned: bool, weight: int) -> None:
        with self.database.write() as session:
            articles = session.scalars(select(Article).order_by(Article.id.desc()).limit(8)).all()
            if articles:
                rank(articles[who % len(articles)], is_pinned=is_pinned, weight=weight, now=self.clock.now())
        self.run()

    @rule(who=WHO)
    def release_anew(self, who: int) -> None:
        given = sorted({each for reader in self.readers for of in reader.deliveries for each in of.article_ids})
        with self.database.write() as session:
            for decision in HOLD + RELEASE if given else ():
                decide(session, session.get_one(Article, given[who % len(given)]), decision, now=self.clock.now())
        self.run()

    @rule()
    def send_now(self) -> None:
        with self.database.write() as session:
            newsletter = session.get_one(Newsletter, self.newsletter_id)
            schedule.request_special(session, newsletter, requested_by=None, now=self.clock.now())
        self.run()

    @rule(is_yes=st.booleans())
    def answer(self, *, is_yes: bool) -> None:
        with self.database.write() as session:
            for edition in session.scalars(select(Edition).where(Edition.state == EditionState.WAITING)).all():
                if is_yes:
                    answering.let_go(session, edition, editor_id=None, now=self.clock.now())
                    self.let_go.add(edition.id)
                else:
                    answering.keep_back(session, edition, "Maren", now=self.clock.now())
        self.run()

    @rule(outcomes=st.lists(st.sampled_from(["sent", "sent", "sent", "failed", "withheld", ""]), min_size=1))
    def settle(self, outcomes: list[str]) -> None:
        with self.database.write() as session:
            waiting = session.scalars(select(Delivery).where(Delivery.state.not_in(FINAL)).order_by(Delivery.id))
            for place, row in enumerate(waiting.all()):
                state = outcomes[place % len(outcomes)]
                if state:
                    row.state = state
                    session.flush()
                    settle_histories(session, row, DeliveryState(state))
        self.run()

    # --- Time --------------------------------------------------------------------------------------

    @rule(hours=HOURS, is_outage=st.sampled_from([False, False, False, True]))
    def wait(self, *, hours: int, is_outage: bool) -> None:
        until = self.clock.now() + timedelta(hours=hours)
        while not is_outage and (at := next_event(self.database, self.clock.now(), until)) is not None:
            self.clock.at = at
            self.run()
        self.clock.at = until
        self.run()

    # --- What must be true -------------------------------------------------------------------------

    def run(self) -> None:
        """What the sweep does; afterwards everybody has just what was due to them."""
        self.steps += 1
        sorting.sort_all(self.database, self.clock)
        with self.database.write() as session:
            schedule.tick(session, now=self.clock.now())
        with self.database.read() as session:
            under_way = list(
                session.scalars(
                    select(Edition.id)
                    .where(Edition.state == EditionState.SENDING, Edition.fanned_out_at.is_(None))
                    .order_by(Edition.send_at, Edition.id)
                )
            )
        self._learn()
        for edition_id in under_way:
            self._expect(edition_id)
            fanout.fan_out(self.database, self.clock, edition_id)
            self._compare(edition_id)
        self.clock.at += timedelta(seconds=1)  # nothing happens at quite the same instant

    def _learn(self) -> None:
        """Look up where articles and editions stand, and what became of deliveries."""
        with self.database.read() as session:
            self.articles, self.editions = articles_of(session), editions_of(session)
            query = select(EditionRhythm, RhythmRow).join(RhythmRow, RhythmRow.id == EditionRhythm.rhythm_id)
            waves = {
                (wave.edition_id, rhythm.cadence, rhythm.hour, rhythm.zone): wave
                for wave, rhythm in session.execute(query)
            }
            self.waves = {key: wave.at for key, wave in waves.items()}
            self.held = {key: wave.held_until for key, wave in waves.items()}
            states = {
                (row.subscription_id, row.edition_id): row.state
                for row in session.execute(select(Delivery.subscription_id, Delivery.edition_id, Delivery.state))
            }
        for reader in self.readers:
            for each in reader.deliveries:
                state = states[reader.subscription_id, each.edition.edition_id]
                each.is_given_back = state in {"failed", "withheld", "cancelled"}

    def _expect(self, edition_id: int) -> None:
        """Add the deliveries that this edition should bring by now."""
        edition = self.editions[edition_id]
        for reader in self.readers:
            if not reader.is_active or any(each.edition.edition_id == edition_id for each in reader.deliveries):
                continue
            if not self._is_served_now(reader, edition):
                continue
            due = reader.due(edition, self.editions.values(), self.articles)
            minimum = 1 if edition.cadence == "special" else self.minimum
            if len(due) >= minimum:
                reader.deliveries.append(NaiveDelivery(edition, due[:MAXIMUM], due[MAXIMUM:]))

    def _is_served_now(self, reader: NaiveReader, edition: NaiveEdition) -> bool:
        now = self.clock.now()
        own_since = max(reader.joined_at, reader.rhythm_at)
        at = edition.send_at
        if edition.cadence != "special":
            rhythm = (reader.cadence, reader.hour, reader.zone)
            wave = self.waves.get((edition.edition_id, *rhythm))
            later = [each for (of, *beat), each in self.waves.items() if tuple(beat) == rhythm and each <= now]
            if wave is None or wave > now or wave != max(later):
                return False
            comes = self.held[edition.edition_id, *rhythm] or wave
            if comes > now or (edition.edition_id not in self.let_go and now - comes > LATEST[edition.cadence]):
                return False
            assert wave == reader.came_at(edition), "at their own hour"
            at = wave
        key = (reader.subscription_id, edition.edition_id, at)
        if key in self.evaluated or own_since > at:
            return False
        self.evaluated.add(key)
        is_at_night = not 6 <= now.astimezone(ZoneInfo(reader.zone)).hour < 21
        assert not is_at_night or now - at <= LATE or edition.cadence == "special", (
            "what is late does not come at night"
        )
        return True

    def _compare(self, edition_id: int) -> None:
        expected = {
            reader.subscription_id: each.article_ids
            for reader in self.readers
            for each in reader.deliveries
            if each.edition.edition_id == edition_id
        }
        with self.database.read() as session:
            query = select(Delivery.subscription_id, Variant.article_ids).join(
                Variant, Variant.id == Delivery.variant_id
            )
            found = dict(session.execute(query.where(Delivery.edition_id == edition_id)).all())
        assert found == expected, self.editions[edition_id]

    def teardown(self) -> None:
        self.database.close()

    @invariant()
    def nobody_has_anything_twice(self) -> None:
        for reader in self.readers:
            given = [each for of in reader.deliveries if not of.is_given_back for each in of.article_ids]
            assert len(given) == len(set(given)), reader
