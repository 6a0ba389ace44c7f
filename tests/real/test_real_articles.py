"""`match --all` on real articles. In-sample: the weights were learnt on them (see docs/real-records.md)."""

from __future__ import annotations

from pathlib import Path

from real_articles import measure


def test_articles_find_the_release_they_were_written_from(shared_data: Path, tmp_path: Path) -> None:
    figures = measure(shared_data, tmp_path, step=5)
    assert figures.confirmed > 120
    assert figures.first >= 0.96
    assert figures.ten >= 0.98
    assert figures.auc >= 0.95
    assert figures.tpr >= 0.3
