"""What forms on other sites say. Pure."""

from newsletter.language import Tongue


def on_its_way(address: str, tongue: Tongue) -> str:
    """The same sentence for every address, known or not."""
    return tongue.gettext(
        "Please look in the inbox of %(address)s: a mail with one button is on its way.", address=address
    )


def did_you_mean(better: str, tongue: Tongue) -> str:
    """The question for a slip of the finger."""
    return tongue.gettext("Did you mean %(address)s?", address=better)


def not_begun(name: str, tongue: Tongue) -> str:
    """Why a newsletter in rehearsal takes no sign-up."""
    return tongue.gettext("%(newsletter)s has not begun yet. This form opens when it does.", newsletter=name)


def one_more_tap(tongue: Tongue) -> str:
    """What is asked for where many sign up at once."""
    return tongue.gettext("Many people are signing up just now. It takes one more tap, in a new tab.")


def not_from_here(name: str, tongue: Tongue) -> str:
    """What a site hears that may not use the form; it repeats nothing that the site sent."""
    return tongue.gettext(
        "This site is not on the list of those that take sign-ups for %(newsletter)s. "
        "Nothing was sent; the newsletter’s own page has the same form.",
        newsletter=name,
    )


def of_script(name: str, tongue: Tongue) -> dict[str, str]:
    """All that the script's form says by itself."""
    say = tongue.gettext
    return {
        "address": say("Your mail address"),
        "topics": say("What shall it be about?"),
        "empty": say("Leave this empty"),
        "button": say("Send me %(name)s", name=name),
        "after": say("Next we send one mail to make sure that the address is yours."),
        "sending": say("One moment."),
        "yes": say("Yes, use that"),
        "no": say("No, it is right as typed"),
        "tap": say("One more tap"),
        "spam": say("Nothing there after ten minutes? Look in spam."),
        "wrong": say("Wrong address?"),
        "change": say("Change it"),
        "go_on": say("Go on"),
        "page": say("Subscribe on the page of %(name)s", name=name),
        "new_tab": say("opens in a new tab"),
        "failed": say("This did not arrive. Please try again in a minute."),
        "blocked": say("This site cannot send the form. Please subscribe on the newsletter’s own page."),
    }
