"""Every reader against damaged input: a fault of a file is BadInput, one of a record is refused, nothing else is
raised, and nothing takes long.

A fixed corpus in every run. Under `long` a hundred thousand damaged inputs for every reader; others drawn by
Hypothesis, which puts strange values where JSON has plain ones; and as many again that atheris guides by what of
the program they reach. Atheris (Apache-2.0) is installed for tests where it has a wheel: Linux on x86-64, Python
3.11 to 3.13; elsewhere that part is skipped.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fuzz_mutations import mutations
from fuzz_samples import SAMPLES, hold
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

INPUTS = 100_000
READERS = sorted({sample.reader for sample in SAMPLES.values()})


def _share(name: str) -> int:
    """How many inputs of one sample make INPUTS for its reader."""
    return -(-INPUTS // sum(1 for sample in SAMPLES.values() if sample.reader == SAMPLES[name].reader))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sound_file_is_read(tmp_path: Path, name: str) -> None:
    hold(SAMPLES[name], tmp_path, SAMPLES[name].content)


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_input_raises_nothing_but_bad_input(tmp_path: Path, name: str) -> None:
    for data in mutations(SAMPLES[name].content, random.Random(name), 150):
        hold(SAMPLES[name], tmp_path, data)


_strange = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\ud800", "\0", "9" * 5000, "2025-13-01", "-", "a@b@c", "{}", "[]", 10**30, -1, 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_OBJECTS = [name for name, sample in SAMPLES.items() if sample.content[:2] in (b'{"', b"[{", b"[\n")]


@st.composite
def _misshapen(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample of JSON in which strange values stand at some places."""
    name = draw(st.sampled_from(_OBJECTS))
    try:
        documents = [json.loads(SAMPLES[name].content)]
    except ValueError:
        documents = [json.loads(line) for line in SAMPLES[name].content.splitlines()]
    for _ in range(draw(st.integers(1, 3))):
        place: Any = documents
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and place[key] and draw(st.integers(0, 5)):
                place = place[key]
                continue
            place[key] = draw(_strange)
            break
    return name, "\n".join(json.dumps(document) for document in documents).encode()


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(drawn=_misshapen())
def test_strange_values_raise_nothing_but_bad_input(tmp_path_factory: pytest.TempPathFactory, drawn: Any) -> None:
    hold(SAMPLES[drawn[0]], tmp_path_factory.getbasetemp(), drawn[1])


@pytest.mark.long
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=_misshapen())
def test_many_strange_values(tmp_path_factory: pytest.TempPathFactory, drawn: Any) -> None:
    hold(SAMPLES[drawn[0]], tmp_path_factory.getbasetemp(), drawn[1])


@pytest.mark.long
@pytest.mark.parametrize("name", SAMPLES)
def test_much_damaged_input(tmp_path: Path, name: str) -> None:
    for data in mutations(SAMPLES[name].content, random.Random(f"long {name}"), _share(name)):
        hold(SAMPLES[name], tmp_path, data)


@pytest.mark.long
@pytest.mark.parametrize("name", SAMPLES)
def test_input_guided_by_what_it_reaches(tmp_path: Path, name: str) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel here")
    run = [sys.executable, str(Path(__file__).with_name("fuzz_guided.py")), name, str(tmp_path), str(_share(name))]
    done = subprocess.run(
        run, check=False, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr[-4000:]
