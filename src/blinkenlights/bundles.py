"""Where the modules of a start are found: compiled ones in one shared object a package, others in one file.

Opening, mapping and relocating a file for each compiled module would take a third of the start, and
every fork copies what is mapped; looking for a Python module and reading it takes longer than running
it. The build writes the files (`setup.py`, `packing.py`); without them modules are found as usual.
"""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader
from marshal import loads
from posix import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.abc import Loader as BaseLoader
    from types import ModuleType

    # by name: the source's path below the package's directory, its size, whether it is a package, its code
    Packed = Mapping[str, tuple[str, int, bool, bytes]]

else:
    BaseLoader = object  # importing importlib.abc takes longer than all that it is good for here

ROOT = __file__.rpartition("/")[0]
LIST = ROOT + "/bundles.txt"
_installed = False


class Loader(BaseLoader):
    """Executes a module whose code is there already."""

    def __init__(self, code: bytes) -> None:
        self.code = code

    def create_module(self, spec: ModuleSpec) -> None:
        """The usual module will do."""

    def exec_module(self, module: "ModuleType") -> None:
        exec(loads(self.code), module.__dict__)


class Finder:
    """Finds the modules that the list names, as long as their bundle exists, and those that are packed."""

    def __init__(self, listing: str, packed: "Packed", newest: float) -> None:
        self.places: dict[str, str] = {}
        self.packed = packed
        self.newest = newest  # sources that changed since are read again
        for line in listing.splitlines():
            file, package, *modules = line.split()
            path = f"{ROOT}/{file}"
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
        if place is not None:
            spec = ModuleSpec(name, ExtensionFileLoader(name, place), origin=place)
            spec.has_location = True
            return spec
        found = self.packed.get(name)
        if found is None:
            return None
        file, size, is_package, code = found
        place = f"{ROOT}/{file}"
        try:
            status = stat(place)
        except OSError:
            return None
        if status.st_size != size or status.st_mtime > self.newest:
            return None
        spec = ModuleSpec(name, Loader(code), origin=place, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [place.rpartition("/")[0]]
        return spec


def install(listing: str = "", packed: "Packed | None" = None, newest: float = 0.0) -> None:
    """Look here first. The listing is read from its file if it isn't given."""
    global _installed
    if _installed:
        return
    if not listing:
        try:
            with open(LIST, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib is slow to import
                listing = file.readall().decode()
        except OSError:
            return
    _installed = True
    sys.meta_path.insert(0, Finder(listing, packed or {}, newest))
