"""Lines of a template that are one line of the page.

A choice of words inside a sentence ({% if %}, {% elif %}, …) must not bring blanks into it, and
still wants lines of its own in the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from django import template
from django.template import Context
from django.template.base import Node, NodeList, Parser, TextNode, Token
from django.utils.safestring import SafeString

register = template.Library()

# A line's end with the indentation of the next, or what opens or closes a tag or an attribute.
_PIECE = re.compile(r"""\s*\n\s*|[<>"']|[^\s<>"']+|\s+""")


class Joined(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        return self.nodelist.render(context)


@register.tag
def joined(parser: Parser, token: Token) -> Joined:
    """{% joined %}…{% endjoined %}: its own line ends, with their indentation, are nothing.

    Between the attributes of an element they are a blank. What variables and included templates
    put in stays as it is; a blank that is wanted at a line's edge is {{ " " }}.
    """
    nodes = parser.parse(("endjoined",))
    parser.delete_first_token()
    joiner = _Joiner()
    for text in cast(list[TextNode], nodes.get_nodes_by_type(TextNode)):
        text.s = "".join(joiner.pieces(text.s))
    return Joined(nodes)


class _Joiner:
    """Knows, from one piece of text to the next, whether it is inside an element's tag."""

    def __init__(self) -> None:
        self.in_tag = False
        self.quote = ""

    def pieces(self, text: str) -> Iterator[str]:
        for piece in _PIECE.findall(text):
            if "\n" in piece:
                yield " " if self.in_tag and not self.quote else ""
                continue
            self._enter(piece)
            yield piece

    def _enter(self, piece: str) -> None:
        if self.quote:
            self.quote = "" if piece == self.quote else self.quote
        elif self.in_tag:
            self.in_tag = piece != ">"
            self.quote = piece if piece in ("'", '"') else ""
        else:
            self.in_tag = piece == "<"
