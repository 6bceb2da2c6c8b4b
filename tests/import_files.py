"""Files of readers, made up in the shape of what other systems export."""

import csv
import io
from collections.abc import Sequence

WIX = (
    "First Name,Last Name,Email 1,Phone 1,Email 2,Address 1 - Type,Labels,Created At (UTC+0),Email subscriber status,"
    "SMS subscriber status,Last Activity,Last Activity Date (UTC+0),Source,Language"
)
MAILCHIMP = (
    "Email Address,First Name,Last Name,Company,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,"
    "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
MAILCHIMP_LEFT = MAILCHIMP.replace(
    "LAST_CHANGED", "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER"
)
MAILCHIMP_CLEANED = MAILCHIMP.replace("LAST_CHANGED", "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID")
SUBSTACK_OLD = "email,active_subscription,expiry,email_disabled,prefer_digests,created_at"
SUBSTACK = (
    "Email,Name,Stripe plan,Cancel date,Start date,Paid upgrade date,Emails received (6mo),Activity,Type,"
    "Subscription source (free),Subscription source (paid),Country,Sections,Tags"
)
GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers"
)
BUTTONDOWN = (
    "id,secondary_id,email,notes,subscriber_type,referrer_url,utm_source,utm_medium,utm_campaign,creation_date,"
    "ip_address,subscription_date,unsubscription_date,tags,metadata"
)
LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at"
BEEHIIV = (
    "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,Reader Tier,unsubscribed_at,"
    "Subscription Date (Substack)"
)
KIT = "first_name,email_address,state,created_at,tags"
CURATED = "Email Address,Subscribed at,UTM Source,UTM Medium,UTM Term,UTM Content,UTM Campaign"
MAILPOET = (
    "Email,First name,Last name,Subscription IP,Subscription time,Confirmation time,Confirmation IP,List status,"
    "Global status"
)
KEILA = "Email,First name,Last name,Data,Status,External ID"
PHPLIST = "Email,Confirmed,Blacklisted,Opted in,Bounce count,Entered,Modified,disabled"


def a_file(head: str, *rows: dict[str, str], separator: str = ",", newline: str = "\r\n") -> str:
    """A file with these columns; each row gives the cells that are not empty, by their column."""
    columns = head.split(",")
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, lineterminator=newline)
    writer.writerow(columns)
    for row in rows:
        assert set(row) <= set(columns), set(row) - set(columns)
        writer.writerow([row.get(column, "") for column in columns])
    return written.getvalue()


def a_wix_file(*rows: tuple[str, str, str]) -> str:
    """A Wix file of addresses, each with its status and source."""
    named = ("Email 1", "Email subscriber status", "Source")
    return a_file(WIX, *(dict(zip(named, row, strict=True)) for row in rows))


def a_mailchimp_row(address: str, **more: str) -> dict[str, str]:
    """A reader of Mailchimp who signed up and confirmed from a known network."""
    return {
        "Email Address": address,
        "OPTIN_TIME": "2021-03-04 10:11:12",
        "OPTIN_IP": "192.0.2.77",
        "CONFIRM_TIME": "2021-03-04 10:15:00",
        "CONFIRM_IP": "198.51.100.9",
        **more,
    }


def table_in(text: str) -> list[list[str]]:
    """The rows of a CSV file, without the mark at its beginning."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def column_of(rows: Sequence[Sequence[str]], name: str) -> list[str]:
    """The cells of one column, by its name in the first row."""
    at = rows[0].index(name)
    return [row[at] for row in rows[1:]]
