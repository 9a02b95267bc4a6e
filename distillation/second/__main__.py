"""`python -m distillation.second TEACHERS POOL TARGETS OUT`: fits the second network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from distillation.networks import read_variables
from distillation.student.targets import load_targets
from ml.descriptors.compiled import plain_librosa

from .features import hear, hear_noises
from .fit import fit
from .porting import BANDS, RATE, WINDOW, port

TEACHER = "MSD_musicnn.npz"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m distillation.second", description=__doc__)
    parser.add_argument("teachers", type=Path, help="folder made by `distillation teachers`")
    parser.add_argument("pool", type=Path, help="folder that the names in the targets begin from")
    parser.add_argument("targets", type=Path, help="heard.npz of the student's training")
    parser.add_argument("out", type=Path, help="the .safetensors file to write")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    try:
        mel = plain_librosa().filters.mel(sr=RATE, n_fft=WINDOW, n_mels=BANDS)
        teacher = port(read_variables(args.teachers / TEACHER), torch.from_numpy(mel))
        targets = load_targets(args.targets)
        teacher.freeze()
        music = hear(teacher, args.pool, targets)
        print(f"{len(music.chances)} segments heard", flush=True)
        noises = hear_noises(teacher, args.pool, targets)
        print(f"{len(noises.chances)} segments of no music heard", flush=True)
        save_file(fit(teacher, music, noises, targets.tags).state_dict(), args.out)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
