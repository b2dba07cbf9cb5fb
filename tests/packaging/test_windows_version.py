"""packaging/windows_version.py: what the programs for Windows say of themselves."""

from __future__ import annotations

import ast

import pytest

import windows_version


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("0.1.0", (0, 1, 0, 0)), ("1.2.3rc4", (1, 2, 3, 4)), ("2", (2, 0, 0, 0))],
)
def test_a_version_is_told_in_four_numbers(
    version: str, numbers: tuple[int, int, int, int]
) -> None:
    assert windows_version.four_numbers(version) == numbers


def test_the_resource_names_the_product_and_its_version() -> None:
    tree = ast.parse(windows_version.resource("1.2.3"), mode="eval")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    pairs = [
        tuple(ast.literal_eval(argument) for argument in call.args)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "StringStruct"
    ]
    assert dict(pairs)["ProductName"] == "Folderport"
    assert dict(pairs)["ProductVersion"] == dict(pairs)["FileVersion"] == "1.2.3"
    fixed = next(call for call in calls if ast.unparse(call.func) == "FixedFileInfo")
    assert [ast.literal_eval(word.value) for word in fixed.keywords] == [(1, 2, 3, 0)] * 2
