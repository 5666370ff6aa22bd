"""Where compiled modules are found: all of a package in one shared object.

Opening, mapping and relocating a file for each would take a third of the start, and every fork
copies what is mapped. The build writes the list; without it modules are found one by one as usual.
"""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader
from posix import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LIST = __file__.rpartition("/")[0] + "/bundles.txt"


class Finder:
    """Finds the modules that the list names, as long as their bundle exists."""

    def __init__(self, listing: str) -> None:
        self.places: dict[str, str] = {}
        root = LIST.rpartition("/")[0]
        for line in listing.splitlines():
            file, package, *modules = line.split()
            path = f"{root}/{file}"
            try:
                stat(path)
            except OSError:
                continue
            for module in modules:
                self.places[f"{package}.{module}"] = path

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: object = None
    ) -> ModuleSpec | None:
        place = self.places.get(name)
        if place is None:
            return None
        spec = ModuleSpec(name, ExtensionFileLoader(name, place), origin=place)
        spec.has_location = True
        return spec


def install() -> None:
    try:
        with open(LIST, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib is slow to import
            listing = file.read().decode()
    except OSError:
        return
    sys.meta_path.insert(0, Finder(listing))
