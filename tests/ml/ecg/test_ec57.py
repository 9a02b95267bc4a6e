"""Counting on matrices made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml.ecg.aami import F, N, Q, S, V
from ml.ecg.ec57 import Figures, abnormal_figures, average, confusion, figures, matched, possible


def matrix(**cells: int) -> np.ndarray:
    """`NV=3`: three normal beats called ventricular."""
    found = np.zeros((5, 5), np.int64)
    for name, count in cells.items():
        found["NSVFQ".index(name[0]), "NSVFQ".index(name[1])] = count
    return found


def test_rows_are_what_a_beat_is_and_columns_what_it_was_called() -> None:
    found = confusion(np.array([N, N, S, V, F, Q]), np.array([N, V, S, N, V, Q]))
    assert np.array_equal(found, matrix(NN=1, NV=1, SS=1, VN=1, FV=1, QQ=1))


def test_the_four_figures_of_ventricular_beats() -> None:
    found = figures(matrix(NN=90, NV=6, SV=3, SN=1, VV=27, VN=3), "VEB")
    assert found.sensitivity == 27 / 30
    assert found.predictivity == 27 / 36
    assert found.specificity == 91 / 100
    assert found.accuracy == 118 / 130


def test_the_four_figures_of_supraventricular_beats() -> None:
    found = figures(matrix(NN=90, NS=10, VS=4, FS=1, VV=5, SS=15, SN=2, SV=3), "SVEB")
    assert found.sensitivity == 15 / 20
    assert found.predictivity == 15 / 30
    assert found.specificity == 95 / 110
    assert found.accuracy == 110 / 130


@pytest.mark.parametrize("cell", ["FV", "QV"])
def test_a_fusion_or_unclassifiable_beat_called_ventricular_is_neither_right_nor_wrong(
    cell: str,
) -> None:
    without = matrix(NN=50, NV=1, VV=9, VN=1)
    assert figures(without + matrix(**{cell: 7}), "VEB") == figures(without, "VEB")


def test_only_an_unclassifiable_beat_called_supraventricular_is_forgiven() -> None:
    without = matrix(NN=50, NS=1, SS=9, SN=1)
    assert figures(without + matrix(QS=7), "SVEB") == figures(without, "SVEB")
    for cell in ("FS", "VS"):
        assert figures(without + matrix(**{cell: 7}), "SVEB").predictivity == 9 / 17


def test_a_fusion_beat_called_normal_counts_as_rightly_not_ventricular() -> None:
    assert figures(matrix(NN=8, NV=2, FN=10), "VEB").specificity == 18 / 20


def test_a_figure_that_nothing_can_tell_is_no_number_and_not_in_the_average() -> None:
    none, some = matrix(NN=10), matrix(NN=8, NV=2, VV=3, VN=1)
    assert math.isnan(figures(none, "VEB").sensitivity)
    assert math.isnan(figures(none, "VEB").predictivity)
    found = average([none, some], "VEB")
    assert found.sensitivity == 3 / 4
    assert found.specificity == pytest.approx((1 + 0.8) / 2)


def test_an_accuracy_outside_of_sensitivity_and_specificity_is_impossible() -> None:
    assert not possible(
        Figures(accuracy=0.986, sensitivity=0.95, specificity=0.981, predictivity=1)
    )
    assert possible(figures(matrix(NN=90, NV=6, VV=27, VN=3), "VEB"))


def test_beats_match_within_150_ms_each_with_its_nearest() -> None:
    reference, found = np.array([1000, 2000, 3000]), np.array([1010, 1040, 1947, 3055, 3060])
    mine, theirs = matched(reference, found, 360)
    assert mine.tolist() == [0, 1]
    assert theirs.tolist() == [0, 2]
    mine, theirs = matched(np.array([100, 130]), np.array([120]), 360)
    assert (mine.tolist(), theirs.tolist()) == ([1], [0])


def test_abnormal_beats_are_told_from_normal_ones_whatever_they_are_called() -> None:
    found = abnormal_figures(matrix(NN=95, NV=4, NQ=1, SV=3, SN=1, VV=5, FQ=1, QQ=9, QN=9))
    assert found.recall == 9 / 10
    assert found.specificity == 95 / 100
    assert found.precision == 9 / 14
    assert found.f1 == pytest.approx(2 * (9 / 10) * (9 / 14) / (9 / 10 + 9 / 14))
