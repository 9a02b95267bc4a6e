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
    "teachers": ("checkpoints.convert wheel weights", "read both networks out of musicnn's wheel"),
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
}
HELP = {
    "wheel": "the wheel of musicnn 0.1.0",
    "weights": "folder of the two networks, made by `teachers`",
    "standin": "the stand-in data set",
    "unpacked": "folder of the unpacked packages, made by `fetch`",
    "songs": "table of the songs, made by `songs`",
    "clips": "folder of the new clips, made by `cut`",
    "count": "how many clips; `make`: of either kind",
    "out": "folder of the extended data set",
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
    module, function = args.pop("function").split(".")
    try:
        getattr(importlib.import_module(f"distillation.{module}"), function)(**args)
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
