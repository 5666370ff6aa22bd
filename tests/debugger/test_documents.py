"""The examples in docs/debugging.md are so."""

import doctest

from tests.runner import ROOT


def test_the_examples_in_the_document_are_so() -> None:
    path = ROOT / "docs" / "debugging.md"
    result = doctest.testfile(str(path), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 20 and result.failed == 0
