"""Charts as inline SVG: no script, no outside file. Colours come from the page's style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from evals.statistics import Share


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One share, with what it was before and the floor it has to hold."""

    label: str
    share: Share
    before: Share | None = None
    floor: float | None = None
    href: str = ""


LEFT, WIDTH, ROW = 190, 760, 30


def share_bars(bars: Sequence[Bar]) -> str:
    """Horizontal bars with 95 % intervals; a hollow mark is the run before, a dashed line the floor."""
    height = ROW * len(bars) + 34
    wide = WIDTH - LEFT - 120
    parts = [_open(WIDTH, height, "Share of cases that pass, by category, with 95 % intervals")]
    for tick in range(0, 101, 25):
        x = LEFT + wide * tick / 100
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="4" x2="{x:.1f}" y2="{height - 26}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 10}" text-anchor="middle">{tick} %</text>')
    for number, bar in enumerate(bars):
        y = 6 + ROW * number
        middle = y + ROW / 2 - 3
        bad = bar.floor is not None and bar.share.value < bar.floor
        parts.append(
            _linked(
                bar.href,
                f'<text class="label" x="{LEFT - 12}" y="{middle + 4:.1f}" text-anchor="end">{escape(bar.label)}</text>',
            )
        )
        parts.append(f'<rect class="track" x="{LEFT}" y="{y}" width="{wide}" height="{ROW - 10}" rx="3"/>')
        parts.append(
            f'<rect class="{"bad" if bad else "good"}" x="{LEFT}" y="{y}" width="{max(1.0, wide * bar.share.value):.1f}" '
            f'height="{ROW - 10}" rx="3"/>'
        )
        low, high = LEFT + wide * bar.share.low, LEFT + wide * bar.share.high
        parts.append(
            f'<path class="whisker" d="M{low:.1f} {middle - 4:.1f}v8M{low:.1f} {middle:.1f}H{high:.1f}M{high:.1f} {middle - 4:.1f}v8"/>'
        )
        if bar.floor is not None:
            x = LEFT + wide * bar.floor
            parts.append(f'<line class="floor" x1="{x:.1f}" y1="{y - 3}" x2="{x:.1f}" y2="{y + ROW - 7}"/>')
        if bar.before is not None:
            parts.append(
                f'<circle class="before" cx="{LEFT + wide * bar.before.value:.1f}" cy="{middle:.1f}" r="5"/>'
            )
        parts.append(
            _linked(
                bar.href,
                f'<text class="value" x="{LEFT + wide + 12}" y="{middle + 4:.1f}">{bar.share.right} of {bar.share.of}</text>',
            )
        )
    return "".join([*parts, "</svg>"])


def trend_line(labels: Sequence[str], shares: Sequence[Share], passed: Sequence[bool]) -> str:
    """Shares over runs with their intervals; a filled point is a run that passed."""
    height, left, wide = 220, 60, WIDTH - 90
    lowest = min((one.low for one in shares), default=0.0)
    bottom = max(0.0, min(0.9, int(lowest * 10) / 10))
    step = wide / max(1, len(shares) - 1) if len(shares) > 1 else 0
    xs = [left + 15 + (step * at if step else wide / 2) for at in range(len(shares))]
    xs = [min(x, left + wide - 5) for x in xs]

    def y(value: float) -> float:
        return 14 + (height - 60) * (1 - (value - bottom) / (1 - bottom))

    parts = [_open(WIDTH, height, "Share of cases that pass, run by run")]
    for at in range(5):
        value = bottom + (1 - bottom) * at / 4
        parts.append(
            f'<line class="grid" x1="{left}" y1="{y(value):.1f}" x2="{left + wide}" y2="{y(value):.1f}"/>'
        )
        parts.append(
            f'<text class="tick" x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.0%}</text>'
        )
    if len(xs) > 1:
        band = [f"{x:.1f},{y(one.high):.1f}" for x, one in zip(xs, shares, strict=True)]
        band += [f"{x:.1f},{y(one.low):.1f}" for x, one in reversed(list(zip(xs, shares, strict=True)))]
        parts.append(f'<polygon class="band" points="{" ".join(band)}"/>')
        line = " ".join(f"{x:.1f},{y(one.value):.1f}" for x, one in zip(xs, shares, strict=True))
        parts.append(f'<polyline class="line" points="{line}"/>')
    for number, (x, one) in enumerate(zip(xs, shares, strict=True)):
        parts.append(
            f'<circle class="{"dot" if passed[number] else "dot open"}" cx="{x:.1f}" cy="{y(one.value):.1f}" r="6"/>'
        )
        anchor = "middle" if 0 < number < len(xs) - 1 or len(xs) == 1 else ("start" if number == 0 else "end")
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{height - 22}" text-anchor="{anchor}">{escape(labels[number])}</text>'
        )
        parts.append(
            f'<text class="value" x="{x:.1f}" y="{y(one.value) - 12:.1f}" text-anchor="{anchor}">{one.value:.1%}</text>'
        )
    return "".join([*parts, "</svg>"])


def histogram(values: Sequence[float], *, limit: float, unit: str) -> str:
    """How many answers took how long."""
    edges = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, float("inf"))
    counts = [sum(low <= one < high for one in values) for low, high in pairwise(edges)]
    most, height = max([*counts, 1]), 180
    wide = (WIDTH - 40) / len(counts)
    parts = [_open(WIDTH, height, "How long answers took")]
    for number, count in enumerate(counts):
        tall = (height - 60) * count / most
        x = 20 + wide * number
        late = edges[number] >= limit
        parts.append(
            f'<rect class="{"bad" if late else "good"}" x="{x + 3:.1f}" y="{height - 34 - tall:.1f}" width="{wide - 6:.1f}" height="{max(tall, 1 if count else 0):.1f}" rx="2"/>'
        )
        if count:
            parts.append(
                f'<text class="value" x="{x + wide / 2:.1f}" y="{height - 40 - tall:.1f}" text-anchor="middle">{count}</text>'
            )
        high = edges[number + 1]
        name = f"to {high:g}" if high != float("inf") else f"over {edges[number]:g}"
        parts.append(
            f'<text class="tick" x="{x + wide / 2:.1f}" y="{height - 14}" text-anchor="middle">{name}</text>'
        )
    parts.append(
        f'<text class="tick" x="{WIDTH - 4}" y="{height - 1}" text-anchor="end">{escape(unit)}</text>'
    )
    return "".join([*parts, "</svg>"])


def _open(width: int, height: int, title: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    )


def _linked(href: str, inner: str) -> str:
    return f'<a href="{escape(href, quote=True)}">{inner}</a>' if href else inner
