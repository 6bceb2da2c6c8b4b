"""How property tests run: the machine may be slow, and CI tries the same examples every time."""

import os

from hypothesis import settings

settings.register_profile("gazette", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("gazette")
