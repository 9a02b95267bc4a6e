from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MusicKey(models.TextChoices):
    """The 24 keys as ID3 writes them (TKEY): `m` is minor, `b` flat, `#` sharp."""

    C = "C", _("C major")
    DB = "Db", _("D♭ major")
    D = "D", _("D major")
    EB = "Eb", _("E♭ major")
    E = "E", _("E major")
    F = "F", _("F major")
    FS = "F#", _("F♯ major")
    G = "G", _("G major")
    AB = "Ab", _("A♭ major")
    A = "A", _("A major")
    BB = "Bb", _("B♭ major")
    B = "B", _("B major")
    CM = "Cm", _("C minor")
    CSM = "C#m", _("C♯ minor")
    DM = "Dm", _("D minor")
    EBM = "Ebm", _("E♭ minor")
    EM = "Em", _("E minor")
    FM = "Fm", _("F minor")
    FSM = "F#m", _("F♯ minor")
    GM = "Gm", _("G minor")
    GSM = "G#m", _("G♯ minor")
    AM = "Am", _("A minor")
    BBM = "Bbm", _("B♭ minor")
    BM = "Bm", _("B minor")


# Around the circle of fifths, and the minor keys that share their notes.
FIFTHS = ("C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F")
RELATIVES = ("Am", "Em", "Bm", "F#m", "C#m", "G#m", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm")
# As disc jockeys number them: "Camelot Easymix System" (Mark Davis). C major is 8B, A minor 8A.
CAMELOT = {
    key: f"{(7 + at) % 12 + 1}{letter}"
    for keys, letter in ((RELATIVES, "A"), (FIFTHS, "B"))
    for at, key in enumerate(keys)
}
# 1A, 1B, 2A … 12B: neighbours go together.
CAMELOT_ORDER = tuple(sorted(CAMELOT, key=lambda key: (int(CAMELOT[key][:-1]), CAMELOT[key][-1])))
