"""`python fuzz_guided.py SAMPLE FOLDER RUNS`: atheris damages a sample, keeping what reaches new branches of the
readers; ends with another exit code than 0 where something is raised."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tearline.intake", "tearline.text", "tearline.records"]):
    from fuzz_samples import SAMPLES, hold


def main() -> None:
    name, folder, runs = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    (corpus / "sound").write_bytes(SAMPLES[name].content)
    options = [
        f"-runs={runs}",
        "-max_len=16384",
        "-timeout=20",
        "-rss_limit_mb=2048",
        f"-artifact_prefix={folder}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: hold(SAMPLES[name], folder, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
