"""Plots as inline SVG, drawn with classes so that the page's style gives them their colours."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH = 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 22, 10, 36
_HEIGHT = 230


class Part(NamedTuple):
    """A part of a bar: how much, and the class that colours it."""

    amount: float
    kind: str


class Bar(NamedTuple):
    """One bar: its label, its parts, and what is written after it."""

    label: str
    parts: tuple[Part, ...]
    note: str = ""


def bars(rows: Sequence[Bar], title: str) -> Markup:
    """Horizontal stacked bars; the longest fills the width."""
    label = min(150, 14 + max((len(row.label) for row in rows), default=0) * 7)
    note = 10 + max((len(row.note) for row in rows), default=0) * 7
    longest = max((sum(part.amount for part in row.parts) for row in rows), default=1) or 1
    scale = (WIDTH - label - note) / longest
    drawn = []
    for place, row in enumerate(rows):
        y = 6 + 25 * place
        drawn.append(_text(label - 8, y + 13, row.label, "end"))
        x = float(label)
        for part in row.parts:
            if part.amount:
                drawn.append(_rect(x, y, part.amount * scale, 18, part.kind))
                x += part.amount * scale
        drawn.append(_text(x + 6, y + 13, row.note, "start", "quiet"))
    return _svg(drawn, 25 * len(rows) + 10, title)


def histogram(edges: Sequence[float], counts: Sequence[Sequence[Part]], x_title: str, title: str) -> Markup:
    """Vertical stacked bars between edges, with whole numbers up the side."""
    highest = max((sum(part.amount for part in parts) for parts in counts), default=1) or 1
    step = round_step(highest, 5)
    top = step * math.ceil(highest / step)
    drawn = _grid([(value / top, f"{value:g}") for value in _ticks(step, top)])
    low, high = edges[0], edges[-1]
    for start, end, parts in zip(edges, edges[1:], counts, strict=False):
        x, right = _x((start - low) / (high - low)), _x((end - low) / (high - low))
        reached = 0.0
        for part in parts:
            if part.amount:
                bottom, reached = _y(reached / top), reached + part.amount
                drawn.append(_rect(x + 1, _y(reached / top), right - x - 2, bottom - _y(reached / top), part.kind))
    drawn += _x_labels([((value - low) / (high - low), f"{value:,g}") for value in _spread(edges)], x_title)
    return _svg(drawn, _HEIGHT, title)


def curve(points: Sequence[tuple[float, float]], x_title: str, title: str) -> Markup:
    """A line through points in the unit square, both axes in percent."""
    drawn = _grid([(tick, f"{tick:.0%}") for tick in (0, 0.25, 0.5, 0.75, 1)])
    drawn += _x_labels([(tick, f"{tick:.0%}") for tick in (0, 0.25, 0.5, 0.75, 1)], x_title)
    placed = [(_x(x), _y(y)) for x, y in points]
    if placed:
        path = " L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        area = f"M{placed[0][0]:.1f} {_y(0):.1f} L{path} L{placed[-1][0]:.1f} {_y(0):.1f} Z"
        drawn.append(Markup('<path class="area" d="{}"/><path class="line" d="M{}"/>').format(area, path))
        drawn.append(Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(*placed[-1]))
    return _svg(drawn, _HEIGHT, title)


def _svg(drawn: Sequence[Markup], height: float, title: str) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, round(height), title, Markup("").join(drawn)
    )


def _grid(ticks: Sequence[tuple[float, str]]) -> list[Markup]:
    lines = []
    for share, label in ticks:
        line = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
        lines += [
            line.format(_LEFT, WIDTH - _RIGHT, _y(share), _y(share)),
            _text(_LEFT - 6, _y(share) + 4, label, "end", "quiet"),
        ]
    return lines


def _x_labels(ticks: Sequence[tuple[float, str]], x_title: str) -> list[Markup]:
    labels = [_text(_x(share), _HEIGHT - _BOTTOM + 16, label, "middle", "quiet") for share, label in ticks]
    return [*labels, _text((_LEFT + WIDTH - _RIGHT) / 2, _HEIGHT - 5, x_title, "middle", "quiet")]


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    rect = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return rect.format(kind, x, y, max(width, 0.5), height)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, escape(text if len(text) <= 20 else text[:19] + "…")
    )


def round_step(highest: float, steps: int) -> float:
    """The least whole 1, 2 or 5 times a power of ten of which so many steps reach the highest value."""
    power = 10.0 ** math.floor(math.log10(max(highest, 1.0) / steps))
    return max(1.0, next(power * m for m in (1, 2, 5, 10, 20) if power * m * steps >= highest))


def _ticks(step: float, top: float) -> list[float]:
    return [step * i for i in range(round(top / step) + 1)]


def _spread(edges: Sequence[float]) -> Sequence[float]:
    """About five of the edges, the first and the last among them where it works out."""
    return edges[:: max(1, (len(edges) - 1) // 5)]
