"""Builds the compiled modules: every `name.py` that has a `name.pxd` beside it."""

import os
import runpy
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCE = Path("src")
JOBS = int(os.environ.get("BLINKENLIGHTS_JOBS", 0)) or os.cpu_count() or 1
# What runs what has been built: another Python where that is for another machine (tests/cross)
PYTHON = shlex.split(os.environ.get("BLINKENLIGHTS_PYTHON", "")) or [sys.executable]

COMPILE = ["-O2", "-g0", "-w", "-fno-strict-aliasing", "-fno-math-errno", "-ffp-contract=off",
           "-frounding-math", "-fvisibility=hidden"]
if sysconfig.get_platform().endswith(("x86_64", "amd64")):
    COMPILE.append("-mcx16")

# Handlers are assembled from small pieces with constant arguments; they must become one function.
MACROS = [("CYTHON_INLINE", "inline __attribute__((always_inline))")]

# Packages whose modules are always loaded together share a bundle; no two in one may have the same name.
BUNDLED_WITH = {
    "blinkenlights.core.execute": "blinkenlights.core",
    "blinkenlights.jit.x86_64": "blinkenlights.jit",
}

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "freethreading_compatible": True,
    "binding": False,  # functions that are tables, not objects made at every start
}


def compiled_modules() -> list[Extension]:
    found = []
    for pxd in sorted(SOURCE.rglob("*.pxd")):
        module = pxd.with_suffix(".py")
        if pxd.stem != "__init__" and module.exists():
            name = ".".join(module.relative_to(SOURCE).with_suffix("").parts)
            found.append(Extension(name, [str(module)], define_macros=MACROS, extra_compile_args=COMPILE))
    return found


def compile_opcode_table() -> None:
    compiler = runpy.run_path(str(SOURCE / "blinkenlights/tables/opcode_compiler.py"))
    compiler["write"](SOURCE / "blinkenlights/core/opcodes.bin")


def index_handlers(root: Path) -> None:
    """Note which module executes which instruction; they are loaded when they are needed."""
    program = "from blinkenlights.core.execute import write_index; write_index()"
    subprocess.run([*PYTHON, "-c", program], env={**os.environ, "PYTHONPATH": str(root)}, check=True)


def pack_start(root: Path, in_place: bool) -> None:
    """Put what `blink` starts with into one file; a source that changes after that counts instead."""
    program = f"from blinkenlights.packing import write; write({0 if in_place else 60})"
    command = [*PYTHON, "-X", "no_debug_ranges", "-c", program]  # columns are a fifth of the code
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(root)}, check=True)


class ParallelBuild(build_ext):
    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or JOBS

    def run(self) -> None:
        super().run()
        in_place = self.inplace or self.editable_mode
        root = SOURCE if in_place else Path(self.build_lib)
        self.bundle(root)
        index_handlers(root)
        pack_start(root, in_place)

    def bundle(self, root: Path) -> None:
        """Link packages' modules into one file besides; `blinkenlights.bundles` says why.

        A package that is in BUNDLED_WITH goes into another one's file.
        """
        packages: dict[str, dict[str, Path]] = {}
        for extension in self.extensions:
            package, _, module = extension.name.rpartition(".")
            made = Path(self.build_temp, extension.sources[0]).with_suffix(".o")
            packages.setdefault(package, {})[module] = made
        lines = []
        files: dict[str, list[str]] = {}
        for package, modules in packages.items():
            if not all(made.exists() for made in modules.values()):
                continue  # built elsewhere
            name = self.get_ext_filename(f"{BUNDLED_WITH.get(package, package)}._bundle")
            files.setdefault(name, []).extend(str(made) for made in modules.values())
            lines.append(" ".join([str(Path(name).relative_to("blinkenlights")), package, *modules]))
        listing = root / "blinkenlights" / "bundles.txt"
        text = "\n".join(lines) + "\n"
        # what is newer than its objects may be of other ones
        self.compiler.force = not listing.exists() or listing.read_text() != text
        for name, objects in files.items():
            self.compiler.link_shared_object(objects, str(root / name))
        listing.write_text(text)


compile_opcode_table()
setup(
    # CYTHON_CACHE: a folder where several checkouts share what Cython makes of the same sources
    ext_modules=cythonize(compiled_modules(), build_dir="build/cython", nthreads=JOBS,
                          cache=os.environ.get("CYTHON_CACHE"),
                          compiler_directives=DIRECTIVES, show_all_warnings=False),
    cmdclass={"build_ext": ParallelBuild},
)
