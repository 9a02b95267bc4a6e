"""As in the English pages, with the full stop that German puts after the day."""

DATE_FORMAT = "j. M Y"
DATETIME_FORMAT = "j. M Y, H:i"
