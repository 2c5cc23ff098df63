"""What tests of forms share: somebody who is signed in, and a source that can be written to."""

from pathlib import Path

import pytest

from components import access
from scorecard.roles import Role, Viewer


def signed_in(monkeypatch: pytest.MonkeyPatch, role: str = "sales", person_id: str | None = "ana") -> Viewer:
    """Has every session of this process be hers."""
    viewer = Viewer("ana@example.com", "Ana", Role(role), person_id)
    monkeypatch.setattr(access, "viewer", lambda: viewer)
    return viewer


def writable(
    monkeypatch: pytest.MonkeyPatch, folder: Path, source: str, *, enabled: bool = True, more: str = ""
) -> Path:
    """Has Tandem read that source, and write to it; `more` stands in the configuration besides."""
    file = folder / "writing.toml"
    switch = f"[tandem.writing]\nenabled = {str(enabled).lower()}\n"
    file.write_text(f'[tandem]\nsource = "{source}"\n{switch}{more}', encoding="utf-8")
    monkeypatch.delenv("TANDEM_SOURCE", raising=False)
    monkeypatch.setenv("TANDEM_CONFIG", str(file))
    return file
