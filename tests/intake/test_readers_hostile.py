"""Which reader takes which file, and the hostile files of every kind: bounded, and refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz_samples import SAMPLES

from tearline.intake import Place, take_in
from tearline.intake.native import shipped_readers

Write = Callable[[str, str | bytes], Path]

_ASKED = ("register", "document")  # read by `load`; the others that are left out need a mapping
UNASKED = [name for name, one in SAMPLES.items() if one.reader not in _ASKED and one.mapping is None]


@pytest.mark.parametrize("name", UNASKED)
def test_one_reader_alone_recognises_a_file(write: Write, name: str) -> None:
    sample = SAMPLES[name]
    assert shipped_readers().of(write(sample.name, sample.content), None).name == sample.reader


def test_all_the_real_logs_at_once(place: Place, shared_data: Path) -> None:
    folders = [shared_data / name for name in ("m365-audit", "print", "syslog", "mail")]
    counts = take_in(place, folders).total()
    assert counts.read == counts.accepted + counts.duplicates + counts.quarantined
    assert counts.read > 9_608 + 1 + 2 + 1 + 50
    assert take_in(place, folders).batch is None
