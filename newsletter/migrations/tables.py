"""Every module with tables, so that the metadata is whole; an architecture test finds one that is missing."""

import newsletter.accounts.editors
import newsletter.accounts.keys
import newsletter.catalogue.installation
import newsletter.catalogue.newsletters
import newsletter.delivery.deliveries
import newsletter.delivery.relays
import newsletter.editions.editions
import newsletter.editions.groups
import newsletter.feeds.articles
import newsletter.feeds.pictures.hosted
import newsletter.subscriptions.importing.records
import newsletter.subscriptions.privacy.records
import newsletter.subscriptions.subscribers
import newsletter.suppression.suppressions  # noqa: F401 - all of these are imported for their tables
from newsletter.database import Base

METADATA = Base.metadata
