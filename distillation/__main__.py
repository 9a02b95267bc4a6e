"""`python -m distillation STEP …`: makes more training music, step by step."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

# Function, what it needs, and what it does. Modules are imported by the step that needs them:
# TensorFlow and the rest do not go together.
STEPS = {
    "teachers": ("checkpoints.convert wheel weights", "read the networks out of musicnn's wheel"),
    "check": ("labelling.check standin weights", "compare labels given here with the stand-in's"),
    "fetch": ("packages.fetch standin unpacked", "get and unpack the packages; resumes"),
    "songs": ("songs.list_songs standin unpacked songs", "list the songs that are not held out"),
    "cut": (
        "cutting.cut_clips standin weights unpacked songs clips count",
        "cut clips out of the songs and label them",
    ),
    "make": ("making.make_clips standin weights clips count", "add mixed and varispeed clips"),
    "copies": ("copies.show_copies standin clips", "show clips that sound like a held-out one"),
    "assemble": ("assembly.assemble standin clips out", "lay all clips out as one data set"),
    "materials": ("pool.materials.fetch unpacked", "get speech, plain sounds and sound fonts"),
    "melodies": ("pool.melodies.write_melodies melodies", "choose tunes and chorales"),
    "voices": (
        "pool.voices.add_voices pool standin unpacked melodies count",
        "add speech and singing, alone and over music",
    ),
    "stems": ("pool.stems.add_stems pool standin more count", "add sung tracks over music"),
    "instruments": (
        "pool.instruments.add_instruments pool unpacked melodies count",
        "add instruments that play alone",
    ),
    "noises": ("pool.noises.add_noises pool unpacked count", "add what is no music"),
    "genres": ("pool.genres.add_genres pool unpacked count", "add bands in the time of a genre"),
    "music": ("pool.music.add_music pool unpacked songs", "add short clips of the songs"),
    "publish": ("pool.publishing.publish pool standin more", "write the pool's tables"),
}
HELP = {
    "wheel": "the wheel of musicnn 0.1.0",
    "weights": "folder of the networks, made by `teachers`",
    "standin": "the stand-in data set",
    "unpacked": "folder of the unpacked packages, made by `fetch` and `materials`",
    "songs": "table of the songs, made by `songs`",
    "clips": "folder of the new clips, made by `cut`",
    "count": "how many clips; `make` and the pool's steps: of each kind",
    "out": "folder of the extended data set",
    "pool": "folder of the pool, which grows",
    "more": "folder of more free songs and sung tracks",
    "melodies": "notes, made by `melodies`",
}


def main() -> int:
    """Do one step; 1 when it fails."""
    parser = argparse.ArgumentParser(prog="python -m distillation", description=__doc__)
    steps = parser.add_subparsers(metavar="STEP", required=True)
    for step, (call, summary) in STEPS.items():
        function, *names = call.split()
        subparser = steps.add_parser(step, help=summary, description=summary)
        subparser.set_defaults(function=function)
        for name in names:
            subparser.add_argument(name, type=int if name == "count" else Path, help=HELP[name])
        if step == "assemble":
            subparser.add_argument("--leave-out", type=Path, help="names of clips not to use")
    args = vars(parser.parse_args())
    module, function = args.pop("function").rsplit(".", 1)
    try:
        getattr(importlib.import_module(f"distillation.{module}"), function)(**args)
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
