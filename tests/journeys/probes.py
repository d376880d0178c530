"""Questions to a page that no accessibility rule asks: what is too small to tap, what is cut off, what is too wide."""

from __future__ import annotations

from playwright.sync_api import Page

TOO_SMALL = """() => {
  const parts = document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])");
  const isMeant = (part) => !part.closest(".default-button, .skip-link") && part.checkVisibility();
  const left = [...parts].filter(isMeant);
  return left.flatMap((part) => {
    if (part.matches("a") && getComputedStyle(part).display === "inline") return [];
    const box = (part.closest("label") || part).getBoundingClientRect();
    if (box.width >= 24 && box.height >= 43.5) return [];
    return [`${part.tagName} “${(part.textContent || part.name).trim().slice(0, 40)}” ${box.width}×${box.height}`];
  });
}"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].flatMap((part) => {
  const style = getComputedStyle(part);
  const isApart = part.closest(".visually-hidden, .default-button, .skip-link, svg, progress");
  if (isApart || !part.checkVisibility()) return [];
  if (style.overflow === "visible" || part.matches("textarea, select, input")) return [];
  const isCut = part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1;
  return isCut ? [part.outerHTML.slice(0, 80)] : [];
})"""
OUTSIDE = """() => [...document.querySelectorAll("body *")].flatMap((part) => {
  const box = part.getBoundingClientRect();
  const isOut = part.checkVisibility() && box.right > window.innerWidth + 1 && !part.closest(".visually-hidden");
  return isOut ? [`outside: ${part.outerHTML.slice(0, 90)} ${Math.round(box.right)}`] : [];
})"""
OVERLAPPING = """() => {
  const lines = [...document.querySelectorAll("main :is(legend, label, p, h1, h2, button, summary)")];
  const apart = ".visually-hidden, .default-button";
  const seen = lines.filter((line) => line.checkVisibility() && !line.closest(apart));
  const boxes = seen.map((line) => [line, line.getBoundingClientRect()]);
  return boxes.flatMap(([line, box], place) => boxes.slice(place + 1).flatMap(([other, its]) => {
    if (line.contains(other) || other.contains(line)) return [];
    const wide = Math.min(box.right, its.right) - Math.max(box.left, its.left);
    const high = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
    const name = (part) => part.textContent.trim().slice(0, 30);
    return wide > 2 && high > 2 ? [`${name(line)} lies over ${name(other)}`] : [];
  }));
}"""
# What somebody who reads with more space sets for every page (WCAG 2.2, 1.4.12).
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
DOUBLED = "html { font-size: 200% !important; }"
ADOPT = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }"


def too_small(page: Page) -> list[str]:
    """What can be pressed and is less than 44 CSS px high; links within a sentence apart."""
    return page.evaluate(TOO_SMALL)


def hard_to_use(page: Page) -> list[str]:
    """What is cut off, lies over another text, or makes the page wider than its window."""
    return [text for probe in (OUTSIDE, CUT_OFF, OVERLAPPING) for text in page.evaluate(probe)]


def with_style(page: Page, css: str) -> None:
    """Lay a person's own style over the page; empty takes it away."""
    page.evaluate(ADOPT, css)
