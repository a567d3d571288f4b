"""A reader of pages, and what the eye sees of one."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Page

from segsync.core.plan import Change
from segsync.render.html import page as rendered
from segsync.render.view import of_plan
from tests.render.changes import plan_of

DESK = {"width": 1280, "height": 900}


@dataclass
class Reader:
    """Opens pages, and notes what the browser complains of and what it asks for."""

    folder: Path
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)

    def opens(self, *changes: Change, fragment: str = "", **settings: object) -> Page:
        """The page of a plan, as a file. `settings` are of the browser's context."""
        path = self.folder / "plan.html"
        path.write_text(rendered(of_plan(plan_of(*changes), ["segsync.yaml"])), encoding="utf-8")
        return self.visits(path.as_uri() + fragment, **settings)

    def visits(self, url: str, **settings: object) -> Page:
        context = self.browser.new_context(**{"viewport": DESK, **settings})  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._met)
        page.on("request", lambda request: self._asked(request.url))
        self.visited.add(url.partition("#")[0])
        page.goto(url)
        return page

    def _met(self, dialog: Dialog) -> None:
        self.complaints.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str) -> None:
        # The icon is within the page itself.
        if not url.startswith("data:"):
            self.requests.append(url)


def shown(page: Page) -> list[str]:
    """The addresses whose rows are seen, top to bottom."""
    rows = page.locator(".rows tbody tr")
    return [row.get_attribute("id") or "" for row in rows.all() if row.is_visible()]


def background(page: Page, selector: str) -> list[float]:
    """Red, green and blue, up to 255."""
    color: list[float] = page.locator(selector).first.evaluate(
        "(element) => getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).map(Number)"
    )
    return color


def beyond_the_edge(page: Page) -> list[str]:
    """The text of what is cut off at the right."""
    found: list[str] = page.evaluate(_BEYOND)
    return found


def hard_to_read(page: Page) -> list[tuple[str, float]]:
    """Each text whose contrast with what is behind it is below WCAG's AA, with the contrast."""
    return [(text, ratio) for text, ratio in page.evaluate(_CONTRASTS) if ratio < 4.5]


_BEYOND = """() => [...document.body.querySelectorAll("*")]
  .filter((element) => element.getClientRects().length && !element.closest(".rows thead, svg"))
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map((element) => element.textContent)"""

# A canvas makes sRGB of every colour.
_CONTRASTS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    const color = rgba(getComputedStyle(element).backgroundColor);
    return color[3] === 255 ? color : behind(element.parentElement);
  };
  const luminance = (color) => {
    const [red, green, blue] = color.slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.checkVisibility() && !element.closest("svg, script"))
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((element) => {
      const [one, other] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
      return [element.textContent, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
    });
}"""
