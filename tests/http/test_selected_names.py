"""Names that a selection may have, and where its form leads to."""

from __future__ import annotations

import pytest

from server_core.share.archives import address_of, selection_of


@pytest.mark.parametrize(
    "name", [r"\\elsewhere\share\a", r"C:\a", "C:a", "a:stream", "NUL", r"..\a"]
)
def test_what_leads_elsewhere_on_windows_is_no_name_there(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert selection_of({"name": ["a"]}) == ("a",)
    with monkeypatch.context() as windows:
        windows.setattr("server_core.share.archives.os.name", "nt")
        with pytest.raises(FileNotFoundError):
            selection_of({"name": [name]})


@pytest.mark.parametrize("path", ["//elsewhere/", "/\\elsewhere/", "///elsewhere/"])
def test_a_form_leads_to_no_other_host(path: str) -> None:
    address = address_of(path, "zip", ["a"])
    assert address in ("/elsewhere/?zip&href=a", "/%5Celsewhere/?zip&href=a")
