"""One tab, used as a person uses it: look until something is in sight, click where it is, type.

Everything waits by itself, up to `PATIENCE`, and says in a sentence what never came.
"""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests.browser.chromium import Chromium, ProtocolError

PATIENCE = 20.0  # seconds
STEP = 0.03
DESKTOP, PHONE = (1280, 900), (390, 844)

# The innermost elements of a selector that can be seen, hold the text, and stand within another element.
FIND = """(css, text, within) => {
  const roots = within ? [...document.querySelectorAll(within)] : [document];
  const seen = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
  const words = e => (e.textContent || e.value || e.getAttribute('aria-label') || '').replace(/\\s+/g, ' ').trim();
  const all = [...new Set(roots.flatMap(r => [...r.querySelectorAll(css)]))];
  const fit = all.filter(e => (e.type === 'file' || seen(e)) && (text === null || words(e).includes(text)));
  return fit.filter(e => !fit.some(o => o !== e && e.contains(o)));
}"""
# Both wait in the page itself, for a moment at a time: fewer words go to and fro.
READ = """async (find) => {
  for (let n = 0; n < 20; n++) {
    const e = find()[0];
    if (e) return {value: String(e.value ?? e.innerText).trim()};
    await new Promise(r => setTimeout(r, 20));
  }
}"""
AIM = """async (find) => {
  let before = '';
  for (let n = 0; n < 20; n++) {
    const e = find()[0];
    if (e) {
      e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
      const box = e.getClientRects()[0], x = box.left + box.width / 2, y = box.top + box.height / 2;
      const top = document.elementFromPoint(x, y);
      const hit = top && (e.contains(top) || top.contains(e) || (top.closest('label') || {}).control === e);
      if (hit && !e.disabled && before === `${x},${y}`) return {x, y};
      before = `${x},${y}`;
    }
    await new Promise(r => setTimeout(r, 20));
  }
}"""
WHOLE = """Promise.race([
  Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => null); })),
  new Promise(r => setTimeout(r, 3000))])"""
Found = TypeVar("Found")


class Page:
    """A tab with a profile of its own. `problems` and `requests` hold what the browser told of it so far."""

    def __init__(self, chromium: Chromium, downloads: Path, size: tuple[int, int] = DESKTOP) -> None:
        self.chromium, self.downloads = chromium, downloads
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.context = chromium.call("Target.createBrowserContext")["browserContextId"]
        made = chromium.call("Target.createTarget", url="about:blank", browserContextId=self.context)
        attached = chromium.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        self.session = attached["sessionId"]
        chromium.listen(self.session, self._told)
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.call(f"{domain}.enable")
        chromium.call(
            "Browser.setDownloadBehavior",
            behavior="allow",
            downloadPath=f"{downloads}",
            browserContextId=self.context,
        )
        self.resize(size)

    def close(self) -> None:
        self.chromium.listen(self.session, None)
        self.chromium.call("Target.disposeBrowserContext", browserContextId=self.context)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.chromium.call(method, session=self.session, **params)

    def resize(self, size: tuple[int, int]) -> None:
        width, height = size
        phone = width < 600
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    # Looking

    def open(self, url: str) -> None:
        """Go there, as one who pastes an address. A download leaves the page where it is."""
        failed = self.call("Page.navigate", url=url).get("errorText")
        assert failed in (None, "", "net::ERR_ABORTED"), f"{url} did not open: {failed}"
        self.until(lambda: self.js("document.readyState") == "complete", f"{url} is loaded")

    def js(self, expression: str) -> Any:
        """The value of an expression in the page; None while the page is being changed for another."""
        try:
            said = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        except ProtocolError:
            return None
        if "exceptionDetails" in said:
            raise AssertionError(f"{expression[:200]}: {said['exceptionDetails']}")
        return said["result"].get("value")

    @property
    def url(self) -> str:
        return str(self.js("location.href"))

    @property
    def text(self) -> str:
        return str(self.js("document.body && document.body.innerText") or "")

    def until(self, holds: Callable[[], Found | None], what: str, *, patience: float = PATIENCE) -> Found:
        """What `holds` gives once it is true. Raises AssertionError."""
        until = time.monotonic() + patience
        while not (found := holds()):
            assert time.monotonic() < until, f"Within {patience:.0f} s: {what}. It shows {self.url}"
            time.sleep(STEP)
        return found

    def sees(self, css: str, text: str | None = None, *, within: str | None = None) -> int:
        """How many there are in sight just now."""
        return int(self.js(f"({_find(css, text, within)}).length") or 0)

    def see(self, css: str, text: str | None = None, *, within: str | None = None) -> str:
        """Wait until it is in sight. Returns its words, or its value if it is a field."""
        read = f"({READ})(() => {_find(css, text, within)})"
        seen = self.until(lambda: self.js(read), f"{_name(css, text, within)} is in sight")
        return str(seen["value"])

    def width(self) -> int:
        """How wide the page is, with what can only be seen by scrolling."""
        return int(self.js("document.documentElement.scrollWidth"))

    def see_url(self, part: str) -> str:
        return self.until(lambda: self.url if part in self.url else "", f"the address holds {part}")

    # Doing

    def click(self, css: str, text: str | None = None, *, within: str | None = None) -> None:
        """Press the mouse in its middle, once it stands still and nothing lies over it."""
        aim = f"({AIM})(() => {_find(css, text, within)})"
        spot = self.until(lambda: self.js(aim), f"{_name(css, text, within)} can be clicked")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=spot["x"],
                y=spot["y"],
                button="none" if kind == "mouseMoved" else "left",
                clickCount=0 if kind == "mouseMoved" else 1,
            )

    def type(self, css: str, text: str, *, within: str | None = None) -> None:
        """Replace what stands in a field."""
        self.click(css, within=within)
        self.js(f"({_find(css, None, within)})[0].select()")
        self.call("Input.insertText", text=text)

    def choose(self, css: str, value: str, *, within: str | None = None) -> None:
        """An option of a select, by its value."""
        self.see(css, within=within)
        self.js(
            f"(e => {{ e.value = {json.dumps(value)}; e.dispatchEvent(new Event('change', {{bubbles: true}})) }})"
            f"(({_find(css, None, within)})[0])"
        )

    def attach(self, css: str, file: Path, *, within: str | None = None) -> None:
        self.until(lambda: self.sees(css, within=within), f"{_name(css, None, within)} is there")
        field = self.call("Runtime.evaluate", expression=f"({_find(css, None, within)})[0]")
        self.call("DOM.setFileInputFiles", files=[f"{file}"], objectId=field["result"]["objectId"])

    def downloaded(self) -> Path:
        """The one file that has been fetched, once it is whole."""

        def whole() -> Path | None:
            files = [one for one in self.downloads.iterdir() if one.suffix != ".crdownload"]
            return files[0] if len(files) == 1 and len(list(self.downloads.iterdir())) == 1 else None

        return self.until(whole, "a file is downloaded")

    def picture(self, path: Path) -> Path:
        """The whole page as a PNG, at most 6000 pixels long."""
        self.js(WHOLE)
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(taken["data"]))
        return path

    # What the browser tells

    def hosts(self) -> set[str]:
        """Where the page's requests went, without those that go nowhere (data:, blob:)."""
        return {urlsplit(url).netloc for url in self.requests if url.startswith(("http", "ws"))}

    def _told(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                thrown = details.get("exception", {}).get("description", details.get("text"))
                self.problems.append(f"exception: {thrown}")
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "assert"):
                said = [f"{one.get('value', one.get('description'))}" for one in params["args"]]
                self.problems.append(f"console: {' '.join(said)}")
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                entry = params["entry"]
                self.problems.append(f"{entry['source']}: {entry['text']} ({entry.get('url', '')})")
            case "Audits.issueAdded" if "ContentSecurityPolicy" in params["issue"]["code"]:
                self.problems.append(f"policy: {json.dumps(params['issue']['details'])}")


def _find(css: str, text: str | None, within: str | None) -> str:
    return f"({FIND})({json.dumps(css)}, {json.dumps(text)}, {json.dumps(within)})"


def _name(css: str, text: str | None, within: str | None) -> str:
    return css + (f" with “{text}”" if text else "") + (f" in {within}" if within else "")
