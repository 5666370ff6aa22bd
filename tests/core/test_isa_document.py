"""docs/isa.md says what is true today."""

import importlib.util

from tests.guests import ROOT


def test_the_document_of_instruction_sets_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("isa_document", ROOT / "docs" / "isa.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.TARGET.read_text() == module.document(), "run python docs/isa.py"
