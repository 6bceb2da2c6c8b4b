"""Every address that a mail may lead to. Absolute, from the configuration, never from a request."""

from dataclasses import dataclass

from newsletter.signing import Purpose, Signer


@dataclass(frozen=True, slots=True)
class Links:
    """Builds the links of mails; an architecture test holds a page against each."""

    base_url: str
    signer: Signer

    def subscribe(self, newsletter_slug: str) -> str:
        """The sign-up page of a newsletter."""
        return f"{self.base_url}/n/{newsletter_slug}"

    def embed(self, newsletter_slug: str) -> str:
        """The sign-up form of a newsletter, made to be framed; other sites post to it too."""
        return f"{self.base_url}/embed/{newsletter_slug}"

    def article(self, newsletter_slug: str, article_id: int) -> str:
        """The page of an article that has none but ours."""
        return f"{self.base_url}/n/{newsletter_slug}/articles/{article_id}"

    def archive(self, newsletter_slug: str) -> str:
        """The editions of a newsletter that went out."""
        return f"{self.base_url}/n/{newsletter_slug}/archive"

    def edition(self, newsletter_slug: str, number: int) -> str:
        """The page of one edition."""
        return f"{self.base_url}/n/{newsletter_slug}/archive/{number}"

    def view(self, delivery_id: int, nonce: str) -> str:
        """A reader's own digest as a page; the nonce is that of the subscription."""
        return f"{self.base_url}/view/{self.signer.token(Purpose.VIEW, delivery_id, nonce)}"

    def confirm(self, subscription_id: int, nonce: str) -> str:
        """The page with the button that confirms a sign-up."""
        return f"{self.base_url}/confirm/{self.signer.token(Purpose.CONFIRM, subscription_id, nonce)}"

    def preferences(self, subscription_id: int, nonce: str) -> str:
        """The page where a reader changes what comes."""
        token = self.signer.token(Purpose.PREFERENCES, subscription_id, nonce)
        return f"{self.base_url}/preferences/{token}"

    def leave(self, subscription_id: int, nonce: str) -> str:
        """The page that ends a subscription; also the one-click address of RFC 8058."""
        token = self.signer.token(Purpose.LEAVE, subscription_id, nonce)
        return f"{self.base_url}/unsubscribe/{token}"

    def own(self, mailbox_proof_id: int, nonce: str) -> str:
        """The page with all that is kept of a reader; mailed to their own inbox, for some hours."""
        return f"{self.base_url}/own/{self.signer.token(Purpose.OWN, mailbox_proof_id, nonce)}"

    def new_address(self, address_change_id: int, nonce: str) -> str:
        """The page with the button that confirms a change of address; mailed to the new one."""
        return f"{self.base_url}/address/{self.signer.token(Purpose.ADDRESS, address_change_id, nonce)}"

    def not_me(self, address_change_id: int, nonce: str) -> str:
        """The page that takes a change of address back; mailed to the old one."""
        return f"{self.base_url}/not-me/{self.signer.token(Purpose.ADDRESS_UNDO, address_change_id, nonce)}"

    def login(self, login_link_id: int, nonce: str) -> str:
        """The page that lets an editor in, once."""
        return f"{self.base_url}/desk/login/{self.signer.token(Purpose.LOGIN, login_link_id, nonce)}"

    def picture(self, digest: str, suffix: str) -> str:
        """A picture of an article, served from here; its content never changes."""
        return f"{self.base_url}/picture/{digest}.{suffix}"

    def push(self, feed_id: int, nonce: str) -> str:
        """Where a hub tells us of news in a feed (WebSub)."""
        return f"{self.base_url}/hooks/websub/{self.signer.token(Purpose.PUSH, feed_id, nonce)}"

    def desk(self) -> str:
        """The desk."""
        return f"{self.base_url}/desk/"

    def desk_feed(self, newsletter_slug: str, feed_id: int) -> str:
        """How a feed is doing, at the desk."""
        return f"{self.base_url}/desk/n/{newsletter_slug}/feeds/{feed_id}"

    def desk_edition(self, edition_id: int) -> str:
        """How an edition stands, at the desk."""
        return f"{self.base_url}/desk/editions/{edition_id}"
