"""Runs Lighthouse on the start page and on a page of questions of the demo clinic; see `tools/lighthouse.sh`.

The page of questions belongs to a session, so a draft is begun first and its cookie is handed to the browser.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

NEEDED = {"accessibility": 100, "best-practices": 100, "performance": 95}
FLAGS = ["--quiet", "--output=json", "--form-factor=mobile", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"]


def begin(origin: str) -> str:
    """Begin a draft as somebody does; returns the Cookie header of that browser."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    for _ in range(60):
        try:
            page = browser.open(f"{origin}/start/demo/").read().decode()
            break
        except OSError:
            time.sleep(0.5)
    else:
        sys.exit("The demo clinic did not start.")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    fields = {"csrfmiddlewaretoken": token[1] if token else "", "asks_who": "yes", "answering": "self"}
    browser.open(f"{origin}/start/demo/", urllib.parse.urlencode(fields).encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def scores(home: Path, url: str, cookie: str) -> tuple[dict[str, int], list[str]]:
    """Points of 100 in each category, and what failed."""
    out = home / "report.json"
    headers = json.dumps({"Cookie": cookie}) if cookie else "{}"
    categories = f"--only-categories={','.join(NEEDED)}"

    command = [home / "node_modules/.bin/lighthouse", url, *FLAGS, categories, f"--output-path={out}"]
    subprocess.run([*command, f"--extra-headers={headers}"], check=True)
    report = json.loads(out.read_text())
    points = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in NEEDED}
    weak = [
        report["audits"][audit["id"]]["title"]
        for name in NEEDED
        for audit in report["categories"][name]["auditRefs"]
        if audit["weight"] and (report["audits"][audit["id"]]["score"] or 0) < 0.9
    ]
    return points, weak


def main(origin: str, home: Path) -> int:
    cookie = begin(origin)
    is_good = True
    for name, path, sent in (("start", "/start/demo/", ""), ("questions", "/q/about_you/", cookie)):
        points, weak = scores(home, origin + path, sent)
        print(f"{name:10}", "  ".join(f"{key} {value}" for key, value in points.items()), *weak, sep="  ")
        is_good &= all(points[key] >= value for key, value in NEEDED.items())
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
