"""python -m tests.cross: build for 64-bit Arm, and run there, under qemu-aarch64, what proves it.

On Debian, as any user: gcc-aarch64-linux-gnu, qemu-user and network are needed. An arm64 Python comes
from Debian's packages into build/cross/root, unpacked and not installed; iced-x86 and gmpy2 come from PyPI.
Then the package is compiled for it, boot programs and a few lines of the API run (tests/cross/boots.py), and
the recorded results of a real CPU are compared (tests/cross/vectors.py).
"""

import argparse
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

TREE = Path(__file__).parents[2]
WORK = TREE / "build" / "cross"
ROOT = WORK / "root"
SITE = WORK / "site"
LIBRARY = WORK / f"lib.linux-aarch64-cpython-{sys.version_info[0]}{sys.version_info[1]}"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
TRIPLET = "aarch64-linux-gnu"
SYSCONFIG = f"_sysconfigdata__{TRIPLET}"
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
OLD_SOURCES = Path("/etc/apt/sources.list")
PACKAGES = [f"python{VERSION}-minimal", f"python{VERSION}", f"libpython{VERSION}-dev", "libc6-dev"]
WHEELS = ["iced-x86", "gmpy2"]
PLATFORMS = ["manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"]
# qemu-user keeps flags for each page of a mapping, and takes minutes for the tebibytes that a guest's address
# space has where there is room
ADDRESS_SPACE = 50_000_000  # KiB
MISSING = 77  # exit status: the tools are not here


def run(command: Sequence[str | Path], environment: dict[str, str] | None = None, cwd: Path = TREE) -> None:
    words = [str(word) for word in command]
    subprocess.run(words, env={**os.environ, **(environment or {})}, cwd=cwd, check=True)


def missing() -> list[str]:
    """What this machine lacks, as Debian's packages are called."""
    needed = {f"{TRIPLET}-gcc": f"gcc-{TRIPLET}", "qemu-aarch64": "qemu-user", "apt-get": "apt",
              "dpkg": "dpkg"}
    lacking = [package for program, package in needed.items() if shutil.which(program) is None]
    if not any(path.exists() for path in (ROOT / "usr", SOURCES, OLD_SOURCES)):
        lacking.append("Debian's package sources")
    return lacking


def fetch_python() -> None:
    """Unpack Debian's arm64 Python; apt has state of its own for that, so this machine's stays as it is."""
    apt = WORK / "apt"
    for name in ("lists/partial", "cache/archives/partial", "debs"):
        (apt / name).mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    where = SOURCES if SOURCES.exists() else OLD_SOURCES
    (apt / "apt.conf").write_text(f'''Dir::State "{apt}";
Dir::State::lists "{apt}/lists";
Dir::State::status "{apt}/status";
Dir::Cache "{apt}/cache";
Dir::Etc::sourcelist "{where}";
Dir::Etc::sourceparts "-";
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; }};
APT::Sandbox::User "root";
''')
    environment = {"APT_CONFIG": str(apt / "apt.conf")}
    run(["apt-get", "update", "-qq"], environment)
    depends = subprocess.run(
        ["apt-cache", "depends", "--recurse", *(f"--no-{kind}" for kind in (
            "recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")), *PACKAGES],
        env={**os.environ, **environment}, check=True, capture_output=True, text=True).stdout
    names = sorted({line for line in depends.splitlines() if line[:1].isalnum()})
    run(["apt-get", "download", "-qq", *names], environment, apt / "debs")
    ROOT.mkdir(parents=True, exist_ok=True)
    for package in sorted((apt / "debs").glob("*.deb")):
        run(["dpkg", "-x", package, ROOT])


def fetch_wheels() -> None:
    wheels = WORK / "wheels"
    run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
         *(word for platform in PLATFORMS for word in ("--platform", platform)),
         "--python-version", VERSION, "--dest", wheels, *WHEELS])
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as file:
            file.extractall(SITE)


def emulated() -> list[str]:
    """The start of a command that runs the arm64 Python."""
    return ["qemu-aarch64", "-L", str(ROOT), "-E", "LD_LIBRARY_PATH=", str(ROOT / f"usr/bin/python{VERSION}")]


def build() -> None:
    """Compile for arm64: with this Python, told that it were one of that machine."""
    data = WORK / "sysconfig"
    data.mkdir(exist_ok=True)
    shutil.copy(ROOT / f"usr/lib/python{VERSION}/{SYSCONFIG}.py", data)
    compiler = os.environ.get("CROSS_CC", f"{TRIPLET}-gcc")
    includes = f"-I{ROOT}/usr/include/python{VERSION} -I{ROOT}/usr/include"
    run([sys.executable, "setup.py", "--quiet", "build", "--build-base", WORK], {
        "PYTHONPATH": str(data), "_PYTHON_SYSCONFIGDATA_NAME": SYSCONFIG,
        "_PYTHON_HOST_PLATFORM": "linux-aarch64",
        "CC": compiler, "LDSHARED": f"{TRIPLET}-gcc -shared", "CFLAGS": includes,
        "BLINKENLIGHTS_PYTHON": " ".join(emulated())})


def execute(words: Sequence[str]) -> int:
    """Run the arm64 Python with the package, this tree's tests and this environment's pure Python."""
    shared = [path for path in sys.path if path.endswith("site-packages")]
    path = os.pathsep.join([str(LIBRARY), str(SITE), str(TREE), *shared])
    command = ["sh", "-c", f'ulimit -v {ADDRESS_SPACE}; exec "$@"', "sh", *emulated(), *words]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
                          cwd=TREE, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cross", description=__doc__)
    parser.add_argument("--no-build", action="store_true", help="run what was built before")
    parser.add_argument("command", nargs="*", metavar="ARGUMENT",
                        help="run the arm64 Python with these instead of the tests (after --)")
    options = parser.parse_args()
    if lacking := missing():
        print("nothing is run: this machine lacks " + ", ".join(lacking))
        return MISSING
    WORK.mkdir(parents=True, exist_ok=True)
    if not (ROOT / f"usr/bin/python{VERSION}").exists():
        fetch_python()
    if not SITE.exists():
        fetch_wheels()
    if not options.no_build:
        build()
    if options.command:
        return execute(options.command)
    failed = [name for name in ("tests.cross.boots", "tests.cross.vectors") if execute(["-m", name])]
    for name in failed:
        print(f"{name} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
