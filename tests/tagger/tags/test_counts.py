"""The counts of tags are kept, not counted: here is what they follow."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from tagger.feedback.verdicts import give_verdict, withdraw_verdict
from tagger.library import trash
from tagger.library.facets import Counts, counts, library_counts
from tagger.library.search import LibraryFilter, library
from tagger.models import Job, Tag, TagCount, Track, User, Verdict
from tagger.tags.counts import fold_counts, miscounted
from tagger.tasks import fold_tag_counts
from tests.web import rows

ACCEPTED, REJECTED = Verdict.Answer.ACCEPTED, Verdict.Answer.REJECTED


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def named(of_library: Counts) -> dict[str, int]:
    names = dict(Tag.objects.values_list("pk", "name"))
    return {names[pk]: count for pk, count in of_library.by_tag.items() if count}


def kept(owner: User) -> dict[str, int]:
    """What is kept, which is also what a count finds."""
    stored = library_counts(owner.personal_library)
    assert named(stored) == named(counts(library(owner.personal_library)))
    assert stored.tracks == library(owner.personal_library).count()
    return named(stored)


def test_an_upload_counts_before_it_has_tags(owner: User) -> None:
    rows.track(owner)
    assert library_counts(owner.personal_library) == Counts(1, {})


def test_two_synonyms_count_once(owner: User) -> None:
    rows.analysed(rows.track(owner), female=0.8, woman=0.7)
    assert kept(owner) == {"female vocals": 1}


def test_counts_follow_verdicts(owner: User, song: Track) -> None:
    give_verdict(owner, song, tag("guitar"), REJECTED)
    give_verdict(owner, song, tag("harp"), ACCEPTED)
    assert kept(owner) == {"rock": 1, "harp": 1}
    withdraw_verdict(owner, song, tag("guitar"))
    assert kept(owner) == {"rock": 1, "harp": 1, "guitar": 1}


def test_counts_follow_another_model(owner: User, song: Track) -> None:
    rows.promoted(rows.candidate({song: {"harp": 0.8}}))
    assert kept(owner) == {"harp": 1}


def test_what_lies_in_the_trash_does_not_count(owner: User, song: Track, sent: list[str]) -> None:
    other = rows.analysed(rows.track(owner), guitar=0.9)
    trash.delete_track(other)
    assert kept(owner) == {"guitar": 1, "rock": 1}
    trash.restore_track(other, trigger=Job.Trigger.WEB)
    assert kept(owner) == {"guitar": 2, "rock": 1}
    trash.delete_track(song)
    trash.purge_track(song)
    assert kept(owner) == {"guitar": 1}


def test_each_library_counts_for_itself(owner: User, outsider: User, song: Track) -> None:
    rows.analysed(rows.track(outsider), piano=0.9)
    assert kept(owner) == {"guitar": 1, "rock": 1}
    assert kept(outsider) == {"piano": 1}


def test_folding_keeps_the_sums(owner: User, song: Track) -> None:
    for answer in (REJECTED, ACCEPTED, REJECTED):
        give_verdict(owner, song, tag("guitar"), answer)
    before = kept(owner)
    assert TagCount.objects.count() > 3
    fold_tag_counts()
    assert kept(owner) == before == {"rock": 1}
    assert sorted(TagCount.objects.values_list("tracks", flat=True)) == [1, 1]


def test_of_a_deleted_person_nothing_stays(owner: User, song: Track) -> None:
    owner.delete()
    fold_counts()
    assert not TagCount.objects.exists()


def test_tags_merged_by_staff_count_as_one(owner: User) -> None:
    rows.analysed(rows.track(owner), harp=0.9, harpsichord=0.8)
    boss = Client()
    boss.force_login(rows.person("boss", is_staff=True, is_superuser=True))
    address = f"/admin/tagger/tag/{tag('harpsichord').pk}/change/"
    response = boss.post(address, {"group": "instrument", "shown_as": tag("harp").pk})
    assert response.status_code == 302
    assert kept(owner) == {"harp": 1}
    boss.post(address, {"group": "instrument", "shown_as": ""})
    assert kept(owner) == {"harp": 1, "harpsichord": 1}


def test_a_synonym_asked_for_by_name_means_itself(owner: User) -> None:
    woman = rows.analysed(rows.track(owner), woman=0.9)
    rows.analysed(rows.track(owner), female=0.9)
    assert list(LibraryFilter({"tag": ["woman"]}, library(owner.personal_library)).qs) == [woman]
    assert (
        LibraryFilter({"tag": ["female-vocals"]}, library(owner.personal_library)).qs.count() == 2
    )
    assert (
        woman not in LibraryFilter({"exclude_tag": ["woman"]}, library(owner.personal_library)).qs
    )


def elsewhere(work: Callable[[], object]) -> None:
    """On another connection, as another request; it must not have to wait for this one."""

    def run() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '20s'")
                work()
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        pool.submit(run).result()


@pytest.mark.django_db(transaction=True)
def test_two_verdicts_on_one_tag_do_not_wait_for_each_other(owner: User, song: Track) -> None:
    other = rows.analysed(rows.track(owner), guitar=0.9)
    with transaction.atomic():
        give_verdict(owner, song, tag("guitar"), REJECTED)
        elsewhere(lambda: give_verdict(owner, other, tag("guitar"), REJECTED))
        elsewhere(fold_counts)
        assert kept(owner) == {"rock": 1}
    assert kept(owner) == {"rock": 1}
    assert not list(miscounted())
