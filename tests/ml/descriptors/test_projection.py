from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_info

from ml.descriptors.projection import MIN_TRACKS, Projection, fit_projection


@pytest.fixture(scope="module")
def two_kinds() -> np.ndarray:
    """40 embeddings `(40, 64)` in two clusters of 20."""
    rng = np.random.default_rng(3)
    kinds = rng.normal(size=(2, 64))
    embeddings: np.ndarray = np.repeat(kinds, 20, axis=0) + 0.2 * rng.normal(size=(40, 64))
    return embeddings.astype(np.float32)


@pytest.fixture(scope="module")
def projection(two_kinds: np.ndarray) -> Projection:
    return fit_projection(two_kinds)


def test_what_is_alike_lies_together(projection: Projection) -> None:
    one, other = projection.places[:20], projection.places[20:]
    apart = np.linalg.norm(one.mean(0) - other.mean(0))
    spread = max(np.linalg.norm(kind - kind.mean(0), axis=1).max() for kind in (one, other))
    assert apart > 2 * spread
    assert float(np.abs(projection.places).max()) == pytest.approx(1.0)


def test_a_landmark_lies_where_it_lay(projection: Projection, two_kinds: np.ndarray) -> None:
    assert np.allclose(projection.place(two_kinds), projection.places, atol=1e-2)


def test_a_new_track_joins_its_kind_and_loudness_is_nothing(
    projection: Projection, two_kinds: np.ndarray
) -> None:
    new = 7 * two_kinds[:20].mean(0, keepdims=True)
    place = projection.place(new)[0]
    to_own, to_other = (
        np.linalg.norm(projection.places[kind].mean(0) - place)
        for kind in (slice(0, 20), slice(20, 40))
    )
    assert to_own < to_other / 2


def test_the_same_embeddings_make_the_same_map(
    projection: Projection, two_kinds: np.ndarray
) -> None:
    assert np.array_equal(fit_projection(two_kinds).places, projection.places)


def test_one_core_is_enough(two_kinds: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()

    def spread(tsne: TSNE, landmarks: np.ndarray) -> np.ndarray:
        threads.update(pool["num_threads"] for pool in threadpool_info())
        return landmarks[:, :2]

    monkeypatch.setattr(TSNE, "fit_transform", spread)
    fit_projection(two_kinds)
    assert threads == {1}


def test_it_survives_being_kept(projection: Projection, two_kinds: np.ndarray) -> None:
    kept = Projection.from_bytes(projection.to_bytes())
    assert np.array_equal(kept.place(two_kinds), projection.place(two_kinds))


def test_tracks_that_are_all_the_same_have_places() -> None:
    same = np.ones((MIN_TRACKS, 16), np.float32)
    assert np.isfinite(fit_projection(same).places).all()


def test_too_few_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        fit_projection(np.ones((4, 16), np.float32))
