"""The systems that readers come from: by which columns each is known, and how it calls things. Pure.

A product is a line in `PRODUCTS`: columns that only it has, and what its columns hold. Names are compared without
regard to case. Columns that no line names are kept with the row and used for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from newsletter.subscriptions.importing.fields import Field, Status


@dataclass(frozen=True, slots=True)
class Product:
    """A system with an export of its own."""

    name: str  # as `--from` takes it
    title: str
    marks: tuple[frozenset[str], ...]  # a file is known by all columns of one of these
    fields: dict[str, Field]
    # A file with this column holds rows of this status alone.
    files: dict[str, Status] = field(default_factory=dict)


STATUSES: Final = {
    Status.SUBSCRIBED: "subscribed active enabled confirmed regular premium gifted trialed churning yes member free "
    "paid comp opted-in opt-in",
    Status.UNCONFIRMED: "unconfirmed unactivated pending unverified not-confirmed",
    Status.INACTIVE: "inactive disabled paused churned past-due unpaid upcoming cold archived deleted not-subscribed",
    Status.NEVER: "never never-subscribed non-subscribed transactional",
    Status.UNSUBSCRIBED: "unsubscribed cancelled canceled removed blocked blocklisted blacklisted opted-out opt-out "
    "left",
    Status.BOUNCED: "bounced cleaned undeliverable unreachable hard-bounced invalid",
    Status.COMPLAINED: "complained complaint spam junk abuse",
}
"""The words of all systems; a hyphen stands for a space, a hyphen or an underscore."""

_WORDS: Final = {word: status for status, words in STATUSES.items() for word in words.split()}

CSV: Final = Product(
    "csv",
    "a CSV file",
    (),
    {
        **dict.fromkeys(
            (
                "email",
                "e-mail",
                "email address",
                "e-mail address",
                "mail",
                "address",
                "e-mail-adresse",
                "adresse e-mail",
                "correo electrónico",
                "email_address",
                "emailaddress",
                "subscriber",
            ),
            Field.ADDRESS,
        ),
        **dict.fromkeys(("status", "state", "subscription status"), Field.STATUS),
        **dict.fromkeys(("source", "subscription source", "origin"), Field.SOURCE),
        **dict.fromkeys(("tags", "labels", "groups", "topics"), Field.TOPICS),
        **dict.fromkeys(("language", "locale"), Field.LANGUAGE),
        **dict.fromkeys(("timezone", "time zone", "zone"), Field.ZONE),
        **dict.fromkeys(("unsubscribed_at", "unsubscribe date", "unsubscribed at"), Field.LEFT_AT),
        **dict.fromkeys(("created_at", "created at", "date added", "date subscribed", "subscribed at"), Field.SINCE),
    },
)
"""Any file: its columns are guessed by their names, and can be named by an editor."""

PRODUCTS: Final = (
    Product(
        "gazette",
        "Gazette",
        (frozenset({"address", "status", "cadence", "confirmed_at", "opted_in_at"}),),
        {
            "address": Field.ADDRESS,
            "status": Field.STATUS,
            "cadence": Field.CADENCE,
            "weekday": Field.WEEKDAY,
            "hour": Field.HOUR,
            "zone": Field.ZONE,
            "breaking": Field.BREAKING,
            "topics": Field.TOPICS,
            "language": Field.LANGUAGE,
            "opted_in_at": Field.OPTED_IN_AT,
            "opt_in_network": Field.OPT_IN_NETWORK,
            "confirmed_at": Field.CONFIRMED_AT,
            "confirm_network": Field.CONFIRM_NETWORK,
            "left_at": Field.LEFT_AT,
        },
    ),
    Product(
        "wix",
        "Wix",
        (frozenset({"email subscriber status"}),),
        {
            "email 1": Field.ADDRESS,
            "email": Field.ADDRESS,
            "email subscriber status": Field.STATUS,
            "source": Field.SOURCE,
            "labels": Field.TOPICS,
            "language": Field.LANGUAGE,
            "created at (utc+0)": Field.SINCE,
        },
    ),
    Product(
        "mailchimp",
        "Mailchimp",
        (frozenset({"email address", "leid", "euid"}), frozenset({"email address", "optin_time", "member_rating"})),
        {
            "email address": Field.ADDRESS,
            "optin_time": Field.OPTED_IN_AT,
            "optin_ip": Field.OPT_IN_NETWORK,
            "confirm_time": Field.CONFIRMED_AT,
            "confirm_ip": Field.CONFIRM_NETWORK,
            "timezone": Field.ZONE,
            "unsub_time": Field.LEFT_AT,
            "clean_time": Field.BOUNCED_AT,
            "tags": Field.TOPICS,
        },
        files={"unsub_time": Status.UNSUBSCRIBED, "clean_time": Status.BOUNCED},
    ),
    Product(
        "substack",
        "Substack",
        (
            frozenset({"email", "email_disabled"}),
            frozenset({"email", "stripe plan", "cancel date"}),
            frozenset({"email", "subscription source (free)"}),
        ),
        {
            "email": Field.ADDRESS,
            "email_disabled": Field.IS_DISABLED,
            "prefer_digests": Field.WANTS_DIGESTS,
            "created_at": Field.SINCE,
            "start date": Field.SINCE,
            "cancel date": Field.PAID_UNTIL,
            "subscription source (free)": Field.SOURCE,
            "sections": Field.TOPICS,
            "tags": Field.TOPICS,
        },
    ),
    Product(
        "ghost",
        "Ghost",
        (frozenset({"email", "subscribed_to_emails"}),),
        {
            "email": Field.ADDRESS,
            "subscribed_to_emails": Field.IS_SUBSCRIBED,
            "created_at": Field.SINCE,
            "deleted_at": Field.ENDED_AT,
            "labels": Field.TOPICS,
        },
    ),
    Product(
        "buttondown",
        "Buttondown",
        (frozenset({"email", "subscriber_type"}),),
        {
            "email": Field.ADDRESS,
            "subscriber_type": Field.STATUS,
            "ip_address": Field.OPT_IN_NETWORK,
            "subscription_date": Field.OPTED_IN_AT,
            "creation_date": Field.SINCE,
            "unsubscription_date": Field.LEFT_AT,
            "utm_source": Field.SOURCE,
            "tags": Field.TOPICS,
        },
    ),
    Product(
        "listmonk",
        "listmonk",
        (frozenset({"uuid", "email", "status"}),),
        {"email": Field.ADDRESS, "status": Field.STATUS, "created_at": Field.SINCE},
    ),
    Product(
        "beehiiv",
        "beehiiv",
        (
            frozenset({"email", "status", "tier", "unsubscribed_at"}),
            frozenset({"email", "status", "created at", "subscription tier"}),
        ),
        {
            "email": Field.ADDRESS,
            "status": Field.STATUS,
            "created_at": Field.SINCE,
            "created at": Field.SINCE,
            "unsubscribed_at": Field.LEFT_AT,
        },
    ),
    Product(
        "kit",
        "Kit",
        (frozenset({"email_address", "state"}),),
        {
            "email_address": Field.ADDRESS,
            "state": Field.STATUS,
            "created_at": Field.SINCE,
            "tags": Field.TOPICS,
        },
    ),
    Product(
        "curated",
        "Curated",
        (frozenset({"email address", "subscribed at", "utm source"}),),
        {"email address": Field.ADDRESS, "subscribed at": Field.SINCE, "utm source": Field.SOURCE},
    ),
    Product(
        "mailpoet",
        "MailPoet",
        (frozenset({"email", "list status", "global status"}),),
        {
            "email": Field.ADDRESS,
            "global status": Field.STATUS,
            "subscription ip": Field.OPT_IN_NETWORK,
            "subscription time": Field.OPTED_IN_AT,
            "confirmation time": Field.CONFIRMED_AT,
            "confirmation ip": Field.CONFIRM_NETWORK,
        },
    ),
    Product(
        "keila",
        "Keila",
        (frozenset({"email", "data", "status", "external id"}),),
        {"email": Field.ADDRESS, "status": Field.STATUS},
    ),
    Product(
        "phplist",
        "phpList",
        (frozenset({"email", "confirmed", "blacklisted"}),),
        {
            "email": Field.ADDRESS,
            "confirmed": Field.IS_CONFIRMED,
            "blacklisted": Field.IS_BLOCKED,
            "disabled": Field.IS_DISABLED,
            "entered": Field.SINCE,
        },
    ),
    Product(
        "letterhead",
        "Letterhead",
        (frozenset({"channel id", "engagement optin", "email"}),),
        {
            "email": Field.ADDRESS,
            "status": Field.STATUS,
            "created at": Field.SINCE,
            "deleted at": Field.ENDED_AT,
            "tags": Field.TOPICS,
        },
    ),
    Product(
        "mailcoach",
        "Mailcoach",
        (frozenset({"email", "first_name", "last_name", "tags"}),),
        {"email": Field.ADDRESS, "tags": Field.TOPICS},
    ),
)

NAMES: Final = (*(product.name for product in PRODUCTS), CSV.name)


def product_named(name: str) -> Product:
    """The product of this name. Raises KeyError where there is none."""
    return {each.name: each for each in (*PRODUCTS, CSV)}[name]


def detected(columns: Sequence[str]) -> Product:
    """The product whose file this is, by its columns; any CSV file where none is known by them."""
    names = {column.casefold() for column in columns}
    return next((each for each in PRODUCTS if any(marks <= names for marks in each.marks)), CSV)


def status_of(cell: str) -> Status:
    """What a system calls the status of a reader, in our words; unclear where we do not know its word."""
    known = _WORDS.get(cell)
    if known is not None:
        return known
    word = "-".join(cell.strip().casefold().replace("_", "-").split())
    return _WORDS.get(word, Status.UNCLEAR)
