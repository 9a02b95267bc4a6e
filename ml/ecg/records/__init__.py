"""Recordings on disk: WFDB headers, signals and annotations, and samples as CSV.

The formats are those of the WFDB Applications Guide (PhysioNet): header(5), signal(5), annot(5).
"""

from ml.ecg.records.annotations import Annotations, read_annotations, write_annotations
from ml.ecg.records.csv import csv_samples
from ml.ecg.records.errors import RecordError
from ml.ecg.records.record import LEAD, RATE, Record, annotations_of, read_record

__all__ = [
    "LEAD",
    "RATE",
    "Annotations",
    "Record",
    "RecordError",
    "annotations_of",
    "csv_samples",
    "read_annotations",
    "read_record",
    "write_annotations",
]
