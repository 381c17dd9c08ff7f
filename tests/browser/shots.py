"""`python -m tests.browser.shots FOLDER`: pictures of every page, as a desktop and as a phone show it."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.browser.chromium import Chromium, found
from tests.browser.page import DESKTOP, PHONE, Page
from tests.running import Running, running

Shot = tuple[str, Callable[[Page], None]]


def at(address: str, css: str = "body") -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.open(address)
        page.see(css)

    return go


def docs(signflow: Running) -> Iterator[Shot]:
    def unfolded(page: Page) -> None:
        at(f"{signflow.web}/api/docs/", ".opblock")(page)
        block = '.opblock-post:has([data-path="/api/signature/"])'
        page.click(".opblock-summary-control", within=block)
        page.see(".opblock-body .response", within=block)

    yield "docs", at(f"{signflow.web}/api/docs/", ".opblock")
    yield "docs-operation", unfolded


def messages(signflow: Running) -> Iterator[Shot]:
    yield "message-404", at(f"{signflow.web}/nowhere", "h1")
    yield "message-link-expired", at(signflow.expired("s"), "h1")
    yield "message-file-expired", at(signflow.expired("files"), "h1")
    yield "message-link-broken", at(f"{signflow.web}/s/xyz/", "h1")
    request = signflow.ask("asha", "ravi")
    link, other = signflow.link(request, "ravi"), signflow.signing_page(request, "asha")
    signflow.http.get(other)
    signflow.call("manager", f"signature/{request}/check/", json={})
    signflow.until(lambda: signflow.status(request) == "sign_in_progress", "asha's session is seen")
    yield "message-not-your-turn", at(link, "h1")


def signing(signflow: Running) -> Iterator[Shot]:
    request = signflow.ask("asha", "ravi", document="Agreement on the delivery of pumps and valves, 2026")
    asha, ravi = (signflow.signing_page(request, name) for name in ("asha", "ravi"))

    def mistaken(page: Page) -> None:
        at(asha, "#otp")(page)
        page.type("#otp", "000000")
        page.click("#consent")
        page.click("button", "Sign document")
        page.see("[role=alert]")

    def rehearsing(page: Page) -> None:
        at(asha, "#otp")(page)
        page.click("summary")
        page.see("#errCode")

    yield "sign", at(asha, "#otp")
    yield "sign-someone-else", at(ravi, "h1")
    yield "sign-rehearse", rehearsing
    yield "sign-wrong-otp", mistaken
    setu = {"requestId": asha.split("requestId=")[1].split("&")[0]}
    signer = asha.split("signerId=")[1].split("&")[0]
    signflow.control("fail", signerId=signer, errCode="name_match_error", **setu)
    yield "sign-second-attempt", at(asha, "#otp")
    signflow.control("sign", signerId=signer, **setu)
    yield "sign-already", at(asha, "h1")
    signflow.control("delete", **setu)
    yield "sign-gone", at(asha, "h1")


def control(signflow: Running) -> Iterator[Shot]:
    signflow.ask("asha", "ravi", document="Lease of the warehouse at Whitefield")
    signflow.control("faults", fault="callback_delayed", times=2)
    for name in ("", "page/deliveries", "page/faults", "page/settings"):
        yield f"control{name.replace('/', '-')}", at(f"{signflow.standin}/__control__/{name}", "h1")


def console(signflow: Running) -> Iterator[Shot]:
    web = f"{signflow.web}/admin/"

    def signed_in(page: Page) -> None:
        page.open(web)
        if page.sees("#id_password"):
            page.type("#id_username", "admin")
            page.type("#id_password", signflow.password("admin"))
            page.click("input[type=submit]")
        page.see(".panel")

    def first(model: str) -> Callable[[Page], None]:
        def go(page: Page) -> None:
            at(f"{web}{model}/", "#changelist")(page)
            page.open(str(page.js("document.querySelector('#result_list tbody th a').href")))
            page.see("#content h1")

        return go

    def asked(page: Page) -> None:
        first("signing/signaturerequest")(page)
        page.click(".doings button", "Look now")
        page.see(".confirm")

    yield "console-sign-in", at(web, "#id_password")
    yield "console-front", signed_in
    for model in ("signing/signaturerequest", "webhooks/inbounddelivery", "core/job", "core/user"):
        name = model.split("/")[1]
        yield f"console-{name}-list", at(f"{web}{model}/", "#changelist")
        yield f"console-{name}", first(model)
    for model in ("core/organization", "signing/stray", "core/heartbeat", "core/counter"):
        yield f"console-{model.split('/')[1]}-list", at(f"{web}{model}/", "#changelist")
    yield "console-confirm", asked
    yield "console-404", at(f"{web}nowhere/", "h1")


def main(folder: Path) -> int:
    path = found()
    if path is None:
        print("There is no Chromium on this machine.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as kept, running(Path(kept) / "var") as signflow:
        chromium = Chromium(path, Path(kept) / "chromium")
        try:
            pages = {
                "desktop": Page(chromium, Path(kept), DESKTOP),
                "phone": Page(chromium, Path(kept), PHONE),
            }
            for part in (signing, messages, docs, control, console):
                for name, go in part(signflow):
                    for size, page in pages.items():
                        go(page)
                        wide = page.width() > page.js("innerWidth")
                        print(page.picture(folder / f"{name}-{size}.png"), "SCROLLS SIDEWAYS" if wide else "")
                        for said in page.problems:
                            print("   ", said)
                        page.problems.clear()
        finally:
            chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
