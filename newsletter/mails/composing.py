"""From a delivery to the mail itself: whether it may still go out, what it says, its headers and bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.mail import MailError, OutgoingMail, build
from newsletter.delivery.sending import Withhold
from newsletter.links import Links
from newsletter.mails import headers, recipients
from newsletter.mails.recipients import Ready
from newsletter.signing import Signer
from newsletter.subscriptions.addresses import AddressError, parse_address
