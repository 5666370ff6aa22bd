"""Where the modules of a start are found: compiled ones in few shared objects, others in one file.

Opening, mapping and relocating a file for each compiled module would take a third of the start, and
every fork copies what is mapped; looking for a Python module and reading it takes longer than running
it. The build writes the files (`setup.py`, `packing.py`); without them modules are found as usual.
"""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader
from _imp import create_dynamic, exec_dynamic
from marshal import loads
from posix import O_CLOEXEC, O_RDONLY, close, fstat, pread, stat
from posix import open as open_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.abc import Loader as BaseLoader
    from io import FileIO
    from types import ModuleType

    # by name: the source's path below the package's directory, its size, whether it is a package, and where
    # its code is in the pack, and how long
    Packed = Mapping[str, tuple[str, int, bool, int, int]]
    # by a module's name: what importing it loads, in the order in which that completes
    Groups = Mapping[str, tuple[str, ...]]
    # by name: modules with the tables that it was worked out from, and what that was
    Prepared = Mapping[str, tuple[tuple[str, ...], object]]

else:
    BaseLoader = object  # importing importlib.abc takes longer than all that it is good for here

ROOT = __file__.rpartition("/")[0]
Module = type(sys)
LIST = ROOT + "/bundles.txt"
PACK = ROOT + "/start.bin"
_installed = False
_finder: "Finder | None" = None
_groups: "Groups" = {}
_prepared: "Prepared" = {}


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
        self.bundles: dict[str, str] = {}  # by a module's name
        self.exist: dict[str, bool] = {}  # by a bundle's path
        self.packed = packed
        self.start = start  # of the codes in the pack
        self.made = made  # when the pack was written
        self.newest = newest  # sources that changed since are read again
        for line in listing.splitlines():
            file, package, *modules = line.split()
            path = f"{ROOT}/{file}"
            for module in modules:
                self.bundles[f"{package}.{module}"] = path

    def exists(self, bundle: str) -> bool:
        if bundle not in self.exist:
            try:
                stat(bundle)
                self.exist[bundle] = True
            except OSError:
                self.exist[bundle] = False
        return self.exist[bundle]

    def is_packed(self, name: str) -> bool:
        """Is a module in the pack, and its source as it was then?"""
        if name not in self.packed:
            return False
        file, size, *_ = self.packed[name]
        try:
            status = stat(f"{ROOT}/{file}")
        except OSError:
            return False
        return status.st_size == size and status.st_mtime <= self.newest

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: object = None
    ) -> ModuleSpec | None:
        place = self.bundles.get(name)
        if place is not None and self.exists(place):
            spec = ModuleSpec(name, ExtensionFileLoader(name, place), origin=place)
            spec.has_location = True
            return spec
        if not self.is_packed(name):
            return None
        file, _size, is_package, start, length = self.packed[name]
        place = f"{ROOT}/{file}"
        loader = Loader(place, self.start + start, length, self.made)
        spec = ModuleSpec(name, loader, origin=place, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [place.rpartition("/")[0]]
        return spec


def load(name: str) -> None:
    """Load a module that is packed, and before it all that it will import, in one go.

    The import system takes as long to find, lock and enter a module as most take to run. So this is only for
    a process's first thread, before there are others. Modules whose sources have changed are left to it.
    """
    if _finder is None or name in sys.modules:
        return
    fd = open_file(PACK, O_RDONLY | O_CLOEXEC)
    try:
        if fstat(fd).st_mtime != _finder.made:
            return  # built again since this process began
        for member in _groups.get(name, ()):
            if member not in sys.modules:
                load_one(member, fd, _finder)
    finally:
        close(fd)


def load_one(name: str, fd: int, finder: Finder) -> None:
    spec = finder.find_spec(name)
    if spec is None:
        __import__(name)
        return
    loader = spec.loader
    code = None
    if isinstance(loader, Loader):
        code = loads(pread(fd, loader.length, loader.start))
        module = Module(name)
        module.__package__ = spec.parent
        module.__file__ = spec.origin
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
    else:
        module = create_dynamic(spec)
    module.__loader__ = loader
    module.__spec__ = spec
    vars(spec)["_initializing"] = False  # asked for at every import; missing ones take longer
    sys.modules[name] = module
    try:
        if code is None:
            exec_dynamic(module)
        else:
            exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    package, _, last = name.rpartition(".")
    if package:
        setattr(sys.modules[package], last, module)


def prepared(name: str) -> object:
    """What the build worked out from tables; None where it didn't, or where one has changed since."""
    if _finder is None or name not in _prepared:
        return None
    modules, value = _prepared[name]
    return value if all(map(_finder.is_packed, modules)) else None


def start(
    pack: "FileIO", unpacking: float, listing: str, packed: "Packed", groups: "Groups", prepared: "Prepared"
) -> None:
    """What `bin/blink` does with the pack, once it has read its index."""
    global _finder, _groups, _prepared
    made = fstat(pack.fileno()).st_mtime
    codes = pack.tell()
    pack.close()
    if stat(__file__).st_mtime > made + unpacking:  # what the other modules expect of this one may be another
        del sys.modules[__name__]
        return
    _groups, _prepared = groups, prepared
    _finder = install(listing, packed, codes, made, made + unpacking)
    load("blinkenlights.cli.blink")


def install(
    listing: str = "", packed: "Packed | None" = None, codes: int = 0, made: float = 0.0, newest: float = 0.0
) -> "Finder | None":
    """Look here first. The listing is read from its file if it isn't given."""
    global _installed
    if _installed:
        return None
    if not listing:
        try:
            with open(LIST, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib is slow to import
                listing = file.readall().decode()
        except OSError:
            return None
    _installed = True
    finder = Finder(listing, packed or {}, codes, made, newest)
    sys.meta_path.insert(0, finder)
    return finder
