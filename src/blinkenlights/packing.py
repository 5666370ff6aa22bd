"""Packs the Python modules that `blink` starts with into one file, `start.bin`, when the package is built.

The file is the interpreter's magic number, the length of what comes next in four bytes, and a marshalled
tuple: the code of `blinkenlights.bundles`, how many seconds after the file's own time a source may have been
written, the list of bundles, for each module the path of its source, its size, whether it is a package, and
where its marshalled code is in the rest of the file, which modules are loaded in one go, and what else a
start would work out each time. `bin/blink` reads it.
"""

import marshal
import sys
from importlib import import_module
from importlib.abc import Loader
from importlib.util import MAGIC_NUMBER
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any

    from blinkenlights.bundles import Prepared

    Packed = dict[str, tuple[str, int, bool, int, int]]

UNUSED = ("blinkenlights.tables.cpuid",)  # where what is worked out from it is in the pack
FIRST = "blinkenlights.bundles"
GROUPS = ("blinkenlights.cli.blink", "blinkenlights.linux.launch", "blinkenlights.jit.run")  # in this order
LATER = (
    "blinkenlights.linux.abi", "blinkenlights.linux.files", "blinkenlights.linux.resources",
    "blinkenlights.linux.exceptions", "blinkenlights.linux.log",
)  # fmt: skip


def write(unpacking: float) -> None:
    """Write the file. `unpacking`: seconds that an installer may take to write all files of the package."""
    groups = {name: loaded_with(name) for name in GROUPS}
    groups[GROUPS[0]] = ("blinkenlights", *groups[GROUPS[0]])  # which is loaded already
    for name in LATER:
        import_module(name)
    worked_out: Any = prepare()
    root = Path(__file__).parent
    listing = (root / "bundles.txt").read_text()
    packed: Packed = {}
    codes = b""
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] != "blinkenlights" or not file or not file.endswith(".py"):
            continue
        if name != FIRST and name != __name__:
            source = Path(file)
            code = marshal.dumps(code_of(root, source, not unpacking))
            path = str(source.relative_to(root))
            is_package = source.name == "__init__.py"
            packed[name] = path, source.stat().st_size, is_package, len(codes), len(code)
            codes += code
    first = code_of(root, root / "bundles.py", not unpacking)
    index = marshal.dumps((first, unpacking, listing, packed, groups, worked_out))
    content = MAGIC_NUMBER + len(index).to_bytes(4, "little") + index + codes
    place = root / "start.bin"
    if not place.exists() or place.read_bytes() != content or any(
        (root / path).stat().st_mtime > place.stat().st_mtime for path, *_ in packed.values()
    ):
        fresh = root / "start.new"  # who runs just now has the old one open, or sees that it is another
        fresh.write_bytes(content)
        fresh.replace(place)


def prepare() -> "Prepared":
    """What only depends on tables, and on what of them; by the names that `bundles.prepared` knows it by."""
    from blinkenlights.core.execute import system
    from blinkenlights.jit.x86_64 import rules
    from blinkenlights.linux import kernel, vdso_image

    image = ("blinkenlights.linux.vdso", "blinkenlights.linux.vdso_image")
    tables = ("blinkenlights.tables.isa", "blinkenlights.tables.cpuid")
    return {
        "system calls": (("blinkenlights.tables.syscalls",), kernel.plan()),
        "CPUID": (tables, system.leaves_of_all()),
        "rules": (tables, rules.plan()),
        "vDSO": (image, vdso_image.head()),
    }


class Noting:
    """A finder that notes in which order modules of the package complete; what loads them is as usual."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def find_spec(
        self, name: str, path: "Sequence[str] | None", target: object = None
    ) -> "ModuleSpec | None":
        if name.partition(".")[0] != "blinkenlights":
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path)) is not None:
                if spec.loader is not None:
                    spec.loader = NotingLoader(spec.loader, self.order)
                return spec
        return None


class NotingLoader(Loader):
    def __init__(self, loader: Loader, order: list[str]) -> None:
        self.loader = loader
        self.order = order

    def create_module(self, spec: "ModuleSpec") -> "ModuleType | None":
        return self.loader.create_module(spec)

    def exec_module(self, module: "ModuleType") -> None:
        self.loader.exec_module(module)
        self.order.append(module.__name__)


def loaded_with(name: str) -> tuple[str, ...]:
    """What importing this module loads of the package, in the order in which that completes."""
    noting = Noting()
    sys.meta_path.insert(0, noting)
    try:
        import_module(name)
    finally:
        sys.meta_path.remove(noting)
    return tuple(name for name in noting.order if name not in UNUSED)


def code_of(root: Path, source: Path, stays: bool) -> "CodeType":
    """What tracebacks name is the source, by its place in the package if that will be installed elsewhere."""
    name = source if stays else source.relative_to(root.parent)
    return compile(source.read_bytes(), str(name), "exec", dont_inherit=True)
