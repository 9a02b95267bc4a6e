"""Lines of a template that are one line of the page."""

from __future__ import annotations

import pytest
from django.template import engines


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% if a %}one\n{% else %}two\n{% endif %}\n.", "one."),
        ("\n  {% if not a %}one\n  {% else %} two\n  {% endif %}\n", " two"),
        ('<a class="x"\n   href="y">{{ a }}\n</a>', '<a class="x" href="y">line\nbreak</a>'),
        ('<a title="{% if a %}\n    yes\n  {% endif %}">\n  b</a>', '<a title="yes">b</a>'),
        ('one{{ " " }}\n  two', "one two"),
        ("one two", "one two"),
    ],
)
def test_line_ends_of_the_template_are_no_blanks_of_the_page(source: str, said: str) -> None:
    text = f"{{% load joined %}}{{% joined %}}{source}{{% endjoined %}}"
    template = engines["django"].from_string(text)
    assert template.render({"a": "line\nbreak"}) == said
