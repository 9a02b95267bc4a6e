"""Embeddings in two dimensions: t-SNE of some landmarks, all others placed among the nearest of
these. So a large library costs what its landmarks cost, and new tracks move no old ones."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass

import numpy as np

# t-SNE of so many takes about a minute on one core, and grows faster than in proportion.
LANDMARKS = 2000
# Fewer have no neighbourhoods that a map could show.
MIN_TRACKS = 5
# Before t-SNE, which minds noise: most of what embeddings say lies in few directions.
DIRECTIONS = 50
# Landmarks that place a track: more would pull everything towards the middle.
NEIGHBOURS = 5
PERPLEXITY = 30.0


@dataclass(frozen=True)
class Projection:
    """`mean` `(dims,)` and `directions` `(k, dims)` reduce embeddings of length 1; `landmarks`
    `(n, k)` are reduced ones, and `places` `(n, 2)` in −1…1 say where they lie. All float32."""

    mean: np.ndarray
    directions: np.ndarray
    landmarks: np.ndarray
    places: np.ndarray

    def place(self, embeddings: np.ndarray) -> np.ndarray:
        """float32 places `(tracks, 2)` of embeddings `(tracks, dims)`; a landmark stays."""
        reduced = (_of_length_one(embeddings) - self.mean) @ self.directions.T
        squares = (
            (reduced**2).sum(1)[:, None]
            + (self.landmarks**2).sum(1)
            - 2 * reduced @ self.landmarks.T
        )
        count = min(NEIGHBOURS, len(self.landmarks))
        nearest = np.argpartition(squares, count - 1, axis=1)[:, :count]
        distances = np.maximum(np.take_along_axis(squares, nearest, axis=1), 1e-9)
        weights = 1 / distances
        weights /= weights.sum(axis=1, keepdims=True)
        places: np.ndarray = (self.places[nearest] * weights[:, :, None]).sum(axis=1)
        return places

    def to_bytes(self) -> bytes:
        """The arrays as a compressed .npz file."""
        file = io.BytesIO()
        np.savez_compressed(file, **asdict(self))
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Projection:
        """What `to_bytes` gave. Raises ValueError or KeyError for anything else."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})


def fit_projection(embeddings: np.ndarray, *, seed: int = 0) -> Projection:
    """Fit to embeddings, float32 `(tracks, dims)`, of which at most LANDMARKS should be given.

    t-SNE (van der Maaten, Hinton, 2008) of their principal components.

    A minute at most on one core. Raises ValueError for fewer than MIN_TRACKS.
    """
    if len(embeddings) < MIN_TRACKS:
        raise ValueError(f"A map needs at least {MIN_TRACKS} tracks; these are {len(embeddings)}.")
    units = _of_length_one(embeddings)
    # Tracks that are all the same would otherwise have no direction at all.
    units += np.random.default_rng(seed).normal(scale=1e-5, size=units.shape).astype(np.float32)
    return _learnt(units, seed)


def _learnt(units: np.ndarray, seed: int) -> Projection:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # On a busy machine its threads mostly wait for one another, and keep cores busy doing so.
    with threadpool_limits(1):
        pca = PCA(min(DIRECTIONS, *units.shape), random_state=seed).fit(units)
        landmarks = pca.transform(units).astype(np.float32)
        perplexity = min(PERPLEXITY, (len(landmarks) - 1) / 3)
        tsne = TSNE(perplexity=perplexity, init="pca", random_state=seed)
        places = tsne.fit_transform(landmarks)
    return Projection(
        mean=pca.mean_.astype(np.float32),
        directions=pca.components_.astype(np.float32),
        landmarks=landmarks,
        places=_spread(places),
    )


def _spread(places: np.ndarray) -> np.ndarray:
    """Around the middle, in −1…1."""
    centred = places - places.mean(axis=0)
    spread: np.ndarray = (centred / max(float(np.abs(centred).max()), 1e-9)).astype(np.float32)
    return spread


def _of_length_one(embeddings: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    units: np.ndarray = (embeddings / np.maximum(lengths, 1e-9)).astype(np.float32)
    return units
