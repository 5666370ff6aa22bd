"""Where the modules of a start are found: compiled ones in few shared objects, others in one file.

Opening, mapping and relocating a file for each compiled module would take a third of the start, and
every fork copies what is mapped; looking for a Python module and reading it takes longer than running
it. The build writes the files (`setup.py`, `packing.py`); without them modules are found as usual.
"""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader
from marshal import loads
from posix import O_CLOEXEC, O_RDONLY, close, fstat, pread, stat
from posix import open as open_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.abc import Loader as BaseLoader
    from types import ModuleType

    # by name: the source's path below the package's directory, its size, whether it is a package, and where
    # its code is in the pack, and how long
    Packed = Mapping[str, tuple[str, int, bool, int, int]]

else:
    BaseLoader = object  # importing importlib.abc takes longer than all that it is good for here

ROOT = __file__.rpartition("/")[0]
LIST = ROOT + "/bundles.txt"
PACK = ROOT + "/start.bin"
_installed = False


class Loader(BaseLoader):
    """Executes a module whose code is in the pack."""

    def __init__(self, path: str, start: int, length: int, made: float) -> None:
        self.path = path
        self.start = start
        self.length = length
        self.made = made

    def create_module(self, spec: ModuleSpec) -> None:
        """The usual module will do."""

    def exec_module(self, module: "ModuleType") -> None:
        # read one by one: a start needs only some, and memory that was used before has its pages already
        fd = open_file(PACK, O_RDONLY | O_CLOEXEC)
        try:
            if fstat(fd).st_mtime == self.made:
                code = loads(pread(fd, self.length, self.start))
            else:  # the package was built again since this process began
                with open(self.path, "rb") as source:  # noqa: PTH123
                    code = compile(source.read(), self.path, "exec", dont_inherit=True)
        finally:
            close(fd)
        exec(code, module.__dict__)


class Finder:
    """Finds the modules that the list names, as long as their bundle exists, and those that are packed."""

    def __init__(self, listing: str, packed: "Packed", start: int, made: float, newest: float) -> None:
        self.places: dict[str, str] = {}
        self.packed = packed
        self.start = start  # of the codes in the pack
        self.made = made  # when the pack was written
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
        file, size, is_package, start, length = found
        place = f"{ROOT}/{file}"
        try:
            status = stat(place)
        except OSError:
            return None
        if status.st_size != size or status.st_mtime > self.newest:
            return None
        loader = Loader(place, self.start + start, length, self.made)
        spec = ModuleSpec(name, loader, origin=place, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [place.rpartition("/")[0]]
        return spec


def install(
    listing: str = "", packed: "Packed | None" = None, start: int = 0, made: float = 0.0, newest: float = 0.0
) -> None:
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
    sys.meta_path.insert(0, Finder(listing, packed or {}, start, made, newest))
