"""How the review queue and the map answer when the library is large.

    python -m bench.review_and_map [--sizes 1000 10000 100000] [--rounds 20] [--json]

The library is that of bench.library, with three questions and a place on the map for each track.
Columns mean what they mean there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .library import database, growth, opened, timed
from .machine import facts
from .tables import Row, parser, show

if TYPE_CHECKING:
    from tagger.models import User

_QUESTIONS = """
INSERT INTO tagger_question (library_id, track_id, model_id, tag_id, priority)
SELECT library_id, id, %(model)s, shown_tag_ids[n], random()
FROM tagger_track, generate_series(1, 3) AS n WHERE shown_tag_ids[n] IS NOT NULL
"""
_POINTS = """
INSERT INTO tagger_mappoint (map_id, track_id, x, y)
SELECT %(map)s, id, 2 * random() - 1, 2 * random() - 1 FROM tagger_track
"""


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--rounds", type=int, default=20)
    args = arguments.parse_args()
    with database():
        rows = [row for size in args.sizes for row in measure(size, args.rounds)]
    show({"machine": facts(), "rows": rows, "growth": growth(rows)}, args.json)


def measure(size: int, rounds: int) -> list[Row]:
    """A library of `size` tracks, and one row for each case."""
    from .library_rows import fill

    owner = fill(size)
    fill_map(owner)
    return [
        {"case": name, "tracks": size} | timed(run, rounds) for name, run in _cases(owner).items()
    ]


def fill_map(owner: User) -> None:
    from django.db import connection
    from django.utils import timezone

    from tagger.models import LibraryMap
    from tagger.tags.effective import active_model

    model = active_model()
    assert model
    drawn = LibraryMap.objects.update_or_create(
        library=owner.personal_library,
        model=model,
        defaults={"projection": b"", "drawn_at": timezone.now()},
    )[0]
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS, {"model": model.pk})
        cursor.execute(_POINTS, {"map": drawn.pk})
        cursor.execute("VACUUM ANALYZE tagger_question, tagger_mappoint")


def _cases(owner: User) -> dict[str, Callable[[], object]]:
    """What a person does, as whole requests."""
    from django.test import Client

    from tagger.feedback.answers import ReviewAnswer, answer_question, take_back
    from tagger.feedback.review import open_questions

    client = Client(headers={"host": "localhost"})
    client.force_login(owner)

    def answer() -> None:
        question = open_questions(owner.personal_library, owner)[0]
        track, tag = question.track, question.tag
        answer_question(owner, question, ReviewAnswer.YES)
        take_back(owner, track, tag, ReviewAnswer.YES)

    return {
        "review page": lambda: opened(client, "/review/"),
        "a question answered, and taken back": answer,
        "map page": lambda: opened(client, "/map/"),
        "points of the map": lambda: opened(client, "/map/points/"),
        "points of the map with a tag": lambda: opened(client, "/map/points/?tag=guitar"),
    }


if __name__ == "__main__":
    main()
