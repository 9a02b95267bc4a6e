"""What several people say of one tag: what counts, when they differ, and how far they agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tagger.feedback.agreement import agreement_by_tag, kappa
from tagger.feedback.answers import ReviewAnswer, answer_question
from tagger.feedback.labelled_tracks import labelled_tracks
from tagger.feedback.review import open_questions
from tagger.feedback.verdicts import accept_shown, reject_shown, withdraw_shown
from tagger.libraries import manage
from tagger.libraries.members import Role
from tagger.library.search import LibraryFilter, library
from tagger.models import Library, Membership, Question, Tag, Track, User
from tagger.tags.settled import Settled, Word, settle
from tagger.tags.track_tags import track_tags
from tests.tagger.conftest import token_client
from tests.web import rows

YES, NO = "accepted", "rejected"
KEEPER, SECOND = 1, 2


@pytest.mark.parametrize(
    ("words", "counts", "disputed"),
    [
        ([(7, YES)], YES, False),
        ([(7, YES), (8, YES)], YES, False),
        ([(7, YES), (8, YES), (9, NO)], YES, True),
        ([(7, NO), (8, YES), (9, NO)], NO, True),
        ([(7, YES), (8, NO)], NO, True),
        ([(7, NO), (8, YES)], YES, True),
        ([(KEEPER, NO), (7, YES), (8, YES), (9, YES)], NO, False),
        ([(KEEPER, NO), (SECOND, YES), (8, NO), (9, NO)], YES, True),
        ([(KEEPER, NO), (SECOND, NO), (8, YES)], NO, False),
    ],
)
def test_a_keepers_word_else_the_majority_else_the_latest(
    words: list[tuple[int, str]], counts: str, disputed: bool
) -> None:
    said = [Word(*word) for word in words]
    assert settle(said, {KEEPER, SECOND}) == Settled(counts, disputed)


@pytest.fixture
def shared(owner: User) -> Library:
    return manage.make_library(owner, "Station archive")


@pytest.fixture
def editors(shared: Library) -> list[User]:
    people = [rows.person() for _ in range(3)]
    for person in people:
        Membership.objects.create(library=shared, person=person, role=Role.EDITOR)
    return people


@pytest.fixture
def track(owner: User, shared: Library) -> Track:
    return rows.analysed(rows.track(owner, library=shared), guitar=0.9)


@pytest.fixture
def guitar(owner: User) -> Tag:
    return Tag.objects.get(slug="guitar")


def shown(track: Track, person: User) -> tuple[bool, str | None, str | None, bool]:
    tag = next(one for one in track_tags(track, person).tags if one.tag.slug == "guitar")
    carried = track.track_tags.filter(tag__slug="guitar").exists()
    assert carried == tag.effective
    return tag.effective, tag.verdict, tag.own_verdict, tag.disputed


def in_dispute(where: Library) -> list[Track]:
    return list(LibraryFilter({"disputed": "true"}, library(where)).qs)


def test_people_differ_until_a_keeper_settles_it(
    owner: User, shared: Library, editors: list[User], track: Track, guitar: Tag
) -> None:
    one, other, third = editors
    accept_shown(one, track, guitar)
    assert (shown(track, one), in_dispute(shared)) == ((True, YES, YES, False), [])
    reject_shown(other, track, guitar)
    assert shown(track, one) == (False, NO, YES, True)
    assert in_dispute(shared) == [track]
    accept_shown(third, track, guitar)
    assert shown(track, other) == (True, YES, NO, True)
    reject_shown(owner, track, guitar)
    assert (shown(track, one), in_dispute(shared)) == ((False, NO, YES, False), [])
    withdraw_shown(owner, track, guitar)
    assert (shown(track, owner), in_dispute(shared)) == ((True, YES, None, True), [track])


def asked(where: Library, person: User) -> list[str]:
    return [one.tag.slug for one in open_questions(where, person) if one.disputed]


def test_those_who_have_not_spoken_are_asked_first(
    owner: User, shared: Library, editors: list[User], track: Track, guitar: Tag
) -> None:
    one, other, third = editors
    rows.analysed(rows.track(owner, library=shared), piano=0.51)
    accept_shown(one, track, guitar)
    reject_shown(other, track, guitar)
    assert [asked(shared, person) for person in (one, other, third, owner)] == [
        [],
        [],
        ["guitar"],
        ["guitar"],
    ]
    first = open_questions(shared, third)[0]
    assert first.disputed
    answer_question(third, first, ReviewAnswer.YES)
    assert (asked(shared, third), asked(shared, owner)) == ([], ["guitar"])
    # Another analysis leaves the question.
    rows.analysed(track, guitar=0.9)
    answer_question(owner, open_questions(shared, owner)[0], ReviewAnswer.YES)
    assert asked(shared, rows.person()) == []
    assert not Question.objects.filter(disputed=True).exists()


def test_a_role_settles_what_is_in_dispute(
    shared: Library,
    editors: list[User],
    track: Track,
    guitar: Tag,
    django_capture_on_commit_callbacks: object,
) -> None:
    one, other, _ = editors
    accept_shown(one, track, guitar)
    reject_shown(other, track, guitar)
    membership = Membership.objects.get(library=shared, person=one)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        manage.change_role(membership, Role.KEEPER)
    assert shown(track, one) == (True, YES, YES, False)
    assert not Question.objects.filter(disputed=True).exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        manage.end_membership(membership)
    assert shown(track, other)[3]


def test_words_go_with_an_account(
    editors: list[User], track: Track, guitar: Tag, django_capture_on_commit_callbacks: object
) -> None:
    one, other, _ = editors
    reject_shown(one, track, guitar)
    assert not shown(track, other)[0]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        one.delete()
    assert shown(track, other) == (True, None, None, False)


def test_a_training_learns_what_counts(
    owner: User, editors: list[User], track: Track, guitar: Tag
) -> None:
    accept_shown(owner, track, guitar)
    for person in editors:
        reject_shown(person, track, guitar)
    assert [one.answers for one in labelled_tracks(["guitar"])] == [{"guitar": True}]


def test_ones_own_library_knows_no_dispute(owner: User, song: Track, guitar: Tag) -> None:
    accept_shown(owner, song, guitar)
    reject_shown(owner, song, guitar)
    assert shown(song, owner) == (False, NO, NO, False)
    assert in_dispute(owner.personal_library) == []


def test_the_api_and_the_page_say_so(
    client: Client, shared: Library, editors: list[User], track: Track, guitar: Tag
) -> None:
    one, other, _ = editors
    accept_shown(one, track, guitar)
    api = token_client(other)
    at = f"/api/v1/tracks/{track.pk}/tags/guitar/"
    said = api.put(at, {"verdict": "rejected"}, "application/json").json()
    assert (said["own_verdict"], said["verdict"], said["disputed"]) == (NO, NO, True)
    listed = api.get(f"/api/v1/tracks/?library={shared.pk}&disputed=true").json()["results"]
    assert [found["id"] for found in listed] == [str(track.pk)]
    client.force_login(one)
    page = client.get(f"/tracks/{track.pk}/").content
    assert b'class="disputed"' in page
    assert b'id="rejected" open' in page, "what is in dispute is not folded away"
    client.post(f"/libraries/{shared.pk}/open/")
    assert f"/tracks/{track.pk}/" in client.get("/?disputed=true").content.decode()
    assert b'id="agreement-title"' in client.get("/tags/").content


def votes(*counted: tuple[dict[int, bool], int]) -> Iterator[dict[int, bool]]:
    for judged, times in counted:
        yield from [judged] * times


def test_cohens_kappa_of_two() -> None:
    """20 of both yes, 5 and 10 apart, 15 of both no: 0.4 (the example of most textbooks)."""
    tracks = votes(
        ({1: True, 2: True}, 20),
        ({1: True, 2: False}, 5),
        ({1: False, 2: True}, 10),
        ({1: False, 2: False}, 15),
    )
    assert kappa(list(tracks)) == pytest.approx(0.4)


def test_fleiss_kappa_of_three() -> None:
    """Two tracks of one mind and two at 2:1: P = 2/3, chance at shares of 1/2 is 1/2."""
    tracks = [
        {1: True, 2: True, 3: True},
        {1: False, 2: False, 3: False},
        {1: True, 2: True, 3: False},
        {1: True, 2: False, 3: False},
    ]
    assert kappa(tracks) == pytest.approx((2 / 3 - 1 / 2) / (1 - 1 / 2))


def test_whoever_always_says_the_same_has_no_kappa() -> None:
    assert kappa([{1: True, 2: True}] * 12) is None


def test_agreement_is_given_with_its_interval(
    owner: User, shared: Library, editors: list[User], guitar: Tag
) -> None:
    one, other, _ = editors
    for number in range(12):
        track = rows.track(owner, library=shared)
        (accept_shown if number % 2 else reject_shown)(one, track, guitar)
        (accept_shown if number % 2 or number == 0 else reject_shown)(other, track, guitar)
    (found,) = agreement_by_tag(shared)
    assert (found.people, found.tracks, found.disputed) == (2, 12, 1)
    assert found.kappa is not None
    assert found.low is not None
    assert found.high is not None
    assert found.kappa == pytest.approx(5 / 6)
    assert found.low < found.kappa <= found.high <= 1
    assert agreement_by_tag(owner.personal_library) == []
