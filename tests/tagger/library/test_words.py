from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.http import QueryDict

from tagger.albums.albums import albums, artists, as_albums
from tagger.library.search import LibraryFilter, library
from tagger.library.tracks import rename_track
from tagger.models import Track, User
from tests.web import rows

ALIAS = "old"
MAKE_OLD = """
INSERT INTO tagger_user (id, username, password, is_superuser, is_staff, is_active, first_name,
    last_name, email, date_joined, silent_webhook)
VALUES (1, 'o', '', false, false, true, '', '', '', now(), false);
INSERT INTO tagger_library (id, name, personal_of_id, created_at) VALUES (1, 'o', 1, now());
INSERT INTO tagger_track (id, library_id, file, file_name, file_size, file_sha256, audio_sha256,
    title, artist, album, codec, notes, shown_tag_ids, state, key, music_state, spectrogram,
    created_at, updated_at)
SELECT gen_random_uuid(), 1, '', 'a.mp3', 1, '', n::text, title, 'Großer ЁЖ', '', '', '{}', '{}',
    'tagged', '', 'pending', '', now(), now()
FROM unnest(array['Dvořák 10', 'Dvořák 9', 'dvorak 10']) WITH ORDINALITY AS one (title, n)
"""
TRIGGERS = "SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgname LIKE 'track_counted_%'"


def found(owner: User, query: str, database: str = "default") -> list[str]:
    tracks = library(owner.personal_library).using(database)
    return [track.title for track in LibraryFilter(QueryDict(query), queryset=tracks).qs]


def test_words_are_found_however_they_are_written(owner: User) -> None:
    rows.track(owner, "Slawischer Tanz", artist="Dvořák", album="Schöne Straße")
    rows.track(owner, "İstanbul", artist="ΟΔΟΣ")
    for query in ("dvorak", "DVOŘÁK tanz", "strasse schone", "Dvor\u030ca\u0301k"):
        assert found(owner, f"q={query}") == ["Slawischer Tanz"], query
    for query in ("istanbul", "İSTANBUL", "οδος", "ΟΔΟΣ"):
        assert found(owner, f"q={query}") == ["İstanbul"], query
    assert found(owner, "q=100%25") == []


def test_changed_words_are_found_by_what_they_are_now(owner: User) -> None:
    track = rows.track(owner, "Ålesund")
    rename_track(
        library(owner.personal_library).get(),
        title="Tromsø",
        artist=track.artist,
        album=track.album,
    )
    assert (found(owner, "q=alesund"), found(owner, "q=tromso")) == ([], ["Tromsø"])


def test_what_does_not_concern_the_words_leaves_them_alone(
    owner: User, django_assert_num_queries: Any
) -> None:
    rows.track(owner, "Tromsø")
    track = library(owner.personal_library).get()
    with django_assert_num_queries(1):
        track.save(update_fields=["state"])
    assert found(owner, "q=tromso") == ["Tromsø"]


def test_titles_and_artists_are_listed_in_reading_order(owner: User) -> None:
    names = ["Track 2", "track 10", "Ärger", "Arger", "Zebra", "Éclair"]
    for name in names:
        rows.track(owner, name, artist=name)
    expected = ["Arger", "Ärger", "Éclair", "Track 2", "track 10", "Zebra"]
    for ordering in ("title", "artist"):
        assert found(owner, f"ordering={ordering}") == expected
        assert found(owner, f"ordering=-{ordering}") == expected[::-1]


def test_albums_and_artists_are_found_and_listed_alike(owner: User) -> None:
    names = ["Vol. 10", "Élan", "vol. 9", "Ænima"]
    for name in names:
        rows.track(owner, artist=name, album=name)
    listed = ["Ænima", "Élan", "vol. 9", "Vol. 10"]
    mine = library(owner.personal_library)
    assert found(owner, "ordering=album") == found(owner, "ordering=artist")
    assert [one.title for one in as_albums(albums(mine, "title"))] == listed
    assert [one.title for one in as_albums(albums(mine, "artist"))] == listed
    assert [row["name"] for row in artists(mine)] == listed
    for words, name in (("ELAN", "Élan"), ("aenima", "Ænima"), ("10 vol", "Vol. 10")):
        assert [one.title for one in as_albums(albums(mine, q=words))] == [name]
        assert [row["name"] for row in artists(mine, words)] == [name]


@pytest.fixture
def old_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """One that compares bytes alone (`LOCALE C`), as an earlier version left it."""
    settings = connections.settings["default"]
    name = f"{settings['NAME']}_{ALIAS}"
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING UTF8 LOCALE 'C'")
        connections.settings[ALIAS] = settings | {"NAME": name, "OPTIONS": {}}
        call_command("migrate", "tagger", "0032", database=ALIAS, verbosity=0)
        yield ALIAS
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.mark.slow
def test_an_older_library_is_folded_when_it_is_upgraded(old_database: str) -> None:
    with connections[old_database].cursor() as cursor:
        cursor.execute(MAKE_OLD)
        call_command("migrate", database=old_database, verbosity=0)
        cursor.execute(TRIGGERS)
        assert cursor.fetchall() == [("O",)]
    owner = User.objects.using(old_database).get()
    for query in ("q=DVORAK", "q=Dvořák", "q=grosser", "q=еж"):
        assert len(found(owner, query, old_database)) == 3, query
    ordered = found(owner, "ordering=title", old_database)
    assert ordered == ["Dvořák 9", "dvorak 10", "Dvořák 10"]
    call_command("migrate", "tagger", "0032", database=old_database, verbosity=0)
    assert Track.objects.using(old_database).count() == 3
