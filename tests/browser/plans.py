"""What the pages are of."""

from segsync.core.plan import Action, Change, Reason
from tests.render.changes import of_project, of_segment, unmanaged
from tests.support.models import live_project, live_segment, project, segment

# The rows of `tests.render.test_text.CHANGES`, as a page has them.
ADDRESSES = [
    "shop/trial",
    "shop/muted",
    "shop/churned",
    "shop/?1750",
    "shop-web",
    "shop-web/payers",
    "shop-tv",
    "shop-ios",
    "shop-ios/payers",
    "old",
]
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    '"><script>alert(1)</script>',
    "' onmouseover=alert(1) '",
    "%3Cb%3E a%20b",
    "שלום",
)


def hostile() -> tuple[Change, ...]:
    """Ids that would like to be something else, and names as long as they may be."""
    longest = "x" * 64
    return (
        of_project(project("shop"), Action.UNCHANGED, live=live_project()),
        *(unmanaged("shop", live_segment(text, text)) for text in (*HOSTILE, "x" * 300, "x" * 301)),
        of_project(project(longest), Action.CREATE, Reason.MISSING),
        of_segment(longest, segment(longest, longest), Action.CREATE, Reason.MISSING),
    )


def creates(number: int) -> list[Change]:
    made = (segment(f"s-{count}", str(count)) for count in range(number))
    return [of_segment("shop", one, Action.CREATE, Reason.MISSING) for one in made]
