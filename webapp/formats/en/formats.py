"""Dates as English readers of any country take them: the month by its name, twenty-four hours."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"
