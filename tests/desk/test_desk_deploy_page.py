"""The page on setting up names every setting there is, and no other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tearline.desk.accounts.sign_on import read_sign_on

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")


def test_every_variable_is_documented() -> None:
    said = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    used = set(re.findall(r"environ(?:\.get\(|\[|\.setdefault\()\s*\"(TEARLINE_[A-Z_]+)\"", said))
    assert used >= {"TEARLINE_WORKSPACE", "TEARLINE_DATABASE", "TEARLINE_HTTPS"}
    assert used == set(re.findall(r"^\| `(TEARLINE_[A-Z_]+)`", PAGE, re.MULTILINE))


def test_the_example_of_sign_on_is_one(tmp_path: Path) -> None:
    example = next(block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[provider]]" in block)
    (tmp_path / "sign-on.toml").write_text(example, encoding="utf-8")
    told = read_sign_on(tmp_path / "sign-on.toml")
    assert told.providers[0].id == "ministry" and told.subject == "X-Client-Subject" and len(told.proxies) == 1
    assert set(tomllib.loads(example)) == {"provider", "proxy", "certificate"}
