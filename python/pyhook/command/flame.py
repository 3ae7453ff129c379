"""Flame graphs as SVG: a box for each function, as wide as the share of samples in which it was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

WIDTH, ROW, MARGIN, LETTER = 1200, 18, 10, 6.6
NARROWEST = 0.5
"""Boxes that are not wider than this are left out."""


@dataclass
class Node:
    """A function, called by the one above it."""

    name: str
    count: int = 0
    below: dict[str, Node] = field(default_factory=dict)

    def depth(self) -> int:
        return 1 + max((each.depth() for each in self.below.values()), default=0)


def flame_graph(stacks: Mapping[tuple[str, ...], int]) -> str:
    """`stacks`: how often each stack was seen, from the outermost function on."""
    root = tree_of(stacks)
    height = root.depth() * ROW + 2 * MARGIN
    boxes = boxes_of(root, MARGIN, MARGIN, (WIDTH - 2 * MARGIN) / max(root.count, 1))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">',
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *boxes,
            "</svg>\n",
        ]
    )


def tree_of(stacks: Mapping[tuple[str, ...], int]) -> Node:
    root = Node("all requests")
    for stack, count in stacks.items():
        node = root
        node.count += count
        for name in stack:
            node = node.below.setdefault(name, Node(name))
            node.count += count
    return root


def boxes_of(node: Node, left: float, top: float, scale: float) -> Iterator[str]:
    width = node.count * scale
    if width <= NARROWEST:
        return
    colour = f"hsl({sum(node.name.encode()) % 50}, 80%, 70%)"
    letters = int((width - 4) / LETTER)
    shown = node.name if len(node.name) <= letters else node.name[: max(letters - 1, 0)] + "…"
    text = f'<text x="{left + 2:.1f}" y="{top + 13:.1f}">{escape(shown)}</text>' if letters > 2 else ""
    yield (
        f'<g><title>{escape(node.name)}: {node.count} samples</title><rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{ROW - 1}" fill="{colour}" stroke="#fff"/>{text}</g>'
    )
    for each in sorted(node.below.values(), key=lambda below: below.name):
        yield from boxes_of(each, left, top + ROW, scale)
        left += each.count * scale
