"""Roots of the guest's own: `-C DIR` and BLINK_OVERLAYS."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.guests import ROOT
from tests.linux import conformance
from tests.runner import BLINK, run
from tests.runner import environment as environ

PACKAGES = ("bash", "busybox-static", "coreutils", "libacl1", "libattr1", "libc6", "libgmp10",
            "libpcre2-8-0", "libselinux1", "libtinfo6")
PACKAGE_TOOLS = (
    "apt", "dash", "debianutils", "diffutils", "dpkg", "grep", "libapt-pkg6.0", "libbz2-1.0", "libc-bin",
    "libcap2", "libffi8", "libgcc-s1", "libgcrypt20", "libgnutls30", "libgpg-error0", "libhogweed6",
    "libidn2-0", "liblz4-1", "liblzma5", "libmd0", "libnettle8", "libp11-kit0", "libseccomp2", "libstdc++6",
    "libsystemd0", "libtasn1-6", "libudev1", "libunistring2", "libxxhash0", "libzstd1", "sed", "tar",
    "zlib1g",
)  # fmt: skip


@pytest.fixture
def jail(tmp_path: Path) -> Path:
    """A root, and beside it a file that nothing in it may reach."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("SECRET\n")
    (root / "outside-path").write_text(str(tmp_path / "outside" / "secret"))
    return root


@pytest.fixture(params=["openat2", "components"])
def environment(request) -> dict[str, str]:
    return {"BLINK_NO_OPENAT2": "1"} if request.param == "components" else {}


def put(jail: Path, program: Path, name: str) -> str:
    shutil.copy(program, jail / name)
    return f"/{name}"


@pytest.mark.parametrize("flags", [["-j"], ["-jm"]])
def test_no_path_escapes_the_root(guest, blink, jail, environment, flags):
    program = put(jail, guest("no_path_escapes_the_root.c", "static-glibc", "-w"), "guest")
    with_fd = ["sh", "-c", 'exec "$@" 9< "$0"', jail.parent, *BLINK]
    outcome = run([*with_fd, *flags, "-C", jail, program], env=environ(jail, environment), cwd=jail)
    assert (outcome.status, outcome.text) == (0, "lstat with a slash: 0\n0 escapes\n"), outcome
    assert (jail.parent / "outside" / "secret").read_text() == "SECRET\n"
    assert [entry.name for entry in (jail.parent / "outside").iterdir()] == ["secret"]


def test_links_that_change_lead_nowhere_else(guest, blink, jail, environment):
    program = put(jail, guest("links_that_change_lead_nowhere_else.c", "static-glibc", "-w"), "guest")
    outcome = blink([program], flags=["-j", "-C", str(jail)], env=environment, cwd=jail)
    assert (outcome.status, outcome.text) == (0, "0 escapes, opened some\n")


# ---- a Debian tree ----


def debian_tree(name: str, packages: tuple[str, ...], directory: Path) -> Path:
    """A root made from Debian's packages, as apt gets them into `directory`; kept under build/."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        pytest.skip("no apt-get and dpkg on this host")
    tree = ROOT / "build" / name
    if not tree.exists():
        command = ["apt-get", "download", *packages]
        got = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        if got.returncode:
            pytest.skip(f"the packages can't be had: {got.stderr[-200:]}")
        fresh = tree.with_name(f"{name}.{os.getpid()}")
        for package in directory.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, fresh], check=True)
        (fresh / "tmp").mkdir()
        (fresh / "etc" / "motd").write_text("the root's own\n")
        (fresh / "absolute").symlink_to("/etc/motd")
        (fresh / "uname").symlink_to("/bin/busybox")
        (fresh / "above").symlink_to("../../../../etc/motd")
        try:
            fresh.rename(tree)
        except OSError:  # another worker was first
            shutil.rmtree(fresh)
    return tree


@pytest.fixture(scope="session")
def debian(tmp_path_factory) -> Path:
    return debian_tree("debian-root", PACKAGES, tmp_path_factory.mktemp("packages"))


@pytest.fixture
def debian_with_tools(tmp_path_factory, tmp_path) -> Path:
    """A root with dpkg and apt, to be changed at will."""
    packages = tmp_path_factory.mktemp("packages")
    whole = debian_tree("debian-root-with-tools", PACKAGES + PACKAGE_TOOLS, packages)
    root = tmp_path / "root"
    subprocess.run(["cp", "-a", whole, root], check=True)
    for name in ("dpkg/info", "dpkg/updates", "dpkg/triggers", "apt/lists/partial"):
        (root / "var/lib" / name).mkdir(parents=True, exist_ok=True)
    for name in ("var/lib/dpkg/status", "var/lib/dpkg/available"):
        (root / name).touch()
    (root / "var/log").mkdir(exist_ok=True)
    return root


@pytest.mark.parametrize(("script", "expected"), [
    ("pwd; cd usr/bin; pwd; cd ../../..; pwd", "/\n/usr/bin\n/\n"),
    ("cat /absolute /above", "the root's own\nthe root's own\n"),
    ("readlink absolute; readlink -f above", "/etc/motd\n/etc/motd\n"),
    ("readlink -f /proc/self/exe; realpath /proc/self/cwd /proc/self/root", "/bin/readlink\n/\n/\n"),
    ("echo gone > /dev/null; wc -c < /dev/null", "0\n"),
    ("cut -d/ -f2- /proc/self/maps | head -1", "usr/bin/cut\n"),
    ("ls -d / .. ../..", "..\n../..\n/\n"),
    ("d=$(mktemp -dp /tmp); cd $d; mkdir -p a/b; echo text > a/b/c; ln -s $d/a/b l; cat l/c; mv a z; "
     "cat l/c; cp -r z y; cat y/b/c; rm -r z y l; ls | wc -l", "text\ntext\n0\n"),
    ("test -e /home || echo none; [ -x /bin/bash ] && echo yes", "none\nyes\n"),
    ("echo '#!/bin/bash' > /tmp/s; echo 'echo $0 $1' >> /tmp/s; chmod +x /tmp/s; /tmp/s x; rm /tmp/s",
     "/tmp/s x\n"),
    ("stat -c %n%F /dev/null; stat -L -c %F /proc/self/fd/0 | wc -l", "/dev/nullcharacter special file\n1\n"),
    ("exec 5</etc/motd; cat /proc/self/fd/5; ls -l /proc/self/fd/5 | busybox sed 's/.*-> //'",
     "the root's own\n/etc/motd\n"),
    ("busybox sh -c 'cd /etc; pwd; busybox cat motd'", "/etc\nthe root's own\n"),
    ("chroot /usr /bin/true && echo no; cd / && chroot / /bin/pwd", "/\n"),
    ("du -s /usr > /dev/null; cat <<< here; (echo a; echo b) | sort -r", "here\nb\na\n"),
])
def test_a_debian_tree_runs_its_own_shell(blink, debian, script, expected):
    outcome = blink(["bash", "-c", script], flags=["-j", "-C", str(debian)])
    assert outcome.text == expected, outcome


MAKE_A_PACKAGE = r"""
set -e
export PATH=/usr/sbin:/usr/bin:/sbin:/bin TMPDIR=/tmp
mkdir -p /tmp/pkg/DEBIAN /tmp/pkg/usr/bin
printf 'Package: hello-there\nVersion: 1.0-1\nArchitecture: all\n' > /tmp/pkg/DEBIAN/control
echo 'Maintainer: Nobody <a@b.c>' >> /tmp/pkg/DEBIAN/control
echo 'Description: says hello' >> /tmp/pkg/DEBIAN/control
printf '#!/bin/sh\necho configuring "$1"; echo made > /etc/by-postinst\n' > /tmp/pkg/DEBIAN/postinst
printf '#!/bin/sh\necho removing "$1"; rm -f /etc/by-postinst\n' > /tmp/pkg/DEBIAN/prerm
printf '#!/bin/sh\necho hello from a package\n' > /tmp/pkg/usr/bin/hello-there
chmod 755 /tmp/pkg/DEBIAN/p* /tmp/pkg/usr/bin/hello-there
dpkg-deb --root-owner-group -b /tmp/pkg /tmp/hello.deb
dpkg -i /tmp/hello.deb > /tmp/log; tail -1 /tmp/log
dpkg -l hello-there | tail -1
dpkg -L hello-there | tail -1
dpkg -S /usr/bin/hello-there
hello-there; cat /etc/by-postinst
apt-get --version > /tmp/version; grep -c '^apt ' /tmp/version
apt-cache policy hello-there | grep Installed
apt-get -y remove hello-there 2>/dev/null | grep -o "^removing remove"
test -e /etc/by-postinst || echo gone
"""
INSTALLED = """dpkg-deb: building package 'hello-there' in '/tmp/hello.deb'.
configuring configure
ii  hello-there    1.0-1        all          says hello
/usr/bin/hello-there
hello-there: /usr/bin/hello-there
hello from a package
made
1
  Installed: 1.0-1
removing remove
gone
"""


def test_a_debian_tree_runs_its_own_package_tools(blink, debian_with_tools):
    outcome = blink(["bash", "-c", MAKE_A_PACKAGE], flags=["-C", str(debian_with_tools)], env={"LC_ALL": "C"})
    assert (outcome.status, outcome.text) == (0, INSTALLED), outcome


def test_absolute_links_of_busybox_work(blink, debian):
    outcome = blink(["/uname", "-s"], flags=["-j", "-C", str(debian)])
    assert outcome.text == "Linux\n", outcome


def test_sockets_are_bound_in_the_root(guest, blink, jail):
    program = put(jail, guest("sockets_are_bound_in_the_root.c", "static-glibc", "-w"), "guest")
    outcome = blink([program], flags=["-j", "-C", str(jail)], cwd=jail)
    assert (outcome.status, outcome.text) == (0, "bound to /name\nreceived hello\n"), outcome
    assert (jail / "name").is_socket()


# ---- overlays ----


def test_overlays_are_searched_in_order(blink, program, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "etc").mkdir(parents=True)
    (tmp_path / "one" / "etc" / "only-one").write_text("1\n")
    (tmp_path / "one" / "etc" / "both").write_text("first\n")
    (tmp_path / "two" / "etc" / "both").write_text("second\n")
    (tmp_path / "two" / "etc" / "only-two").write_text("2\n")
    (tmp_path / "one" / "etc" / "link").symlink_to("/etc/only-two")
    overlays = {"BLINK_OVERLAYS": f"{tmp_path}/one:{tmp_path}/two:"}
    names = ["/etc/only-one", "/etc/both", "/etc/only-two", "/etc/link"]
    outcome = blink([program("cat"), *names], env=overlays)
    assert outcome.text == "1\nfirst\n2\n2\n", outcome
    outcome = blink([program("cat"), "/etc/hostname"], env=overlays)
    assert outcome.text == Path("/etc/hostname").read_text(), outcome


def test_a_new_file_goes_to_the_first_layer_that_has_its_directory(blink, program, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two" / "var").mkdir(parents=True)
    overlays = {"BLINK_OVERLAYS": f"{tmp_path}/one:{tmp_path}/two:"}
    outcome = blink([program("touch"), "/var/made", "/top"], env=overlays)
    assert outcome.status == 0, outcome
    assert (tmp_path / "two" / "var" / "made").exists()
    assert (tmp_path / "one" / "top").exists()


def test_a_root_that_is_not_there_is_one_line(blink):
    outcome = blink(["/bin/true"], flags=["-C", "/no/such/root"])
    assert outcome.status == 127
    assert outcome.stderr.count(b"\n") == 1


# ---- conformance guests in a root ----

# What a root changes on purpose: no mounts, no handles, no interpreters there.
CHANGED = frozenset((
    "files/mounts_in_a_namespace_of_its_own", "files/name_to_handle_at_gives_a_handle",
    "files/openat2_resolves_as_it_is_told", "files/the_working_directory_is_known_by_name",
))  # fmt: skip
IN_A_ROOT = [
    one for one in conformance.guests()
    if one.name.partition("/")[0] in ("files", "sockets", "terminals") and one.name not in CHANGED
    and "dynamic" not in one.directive("toolchain")
]  # fmt: skip


@pytest.mark.parametrize("one", IN_A_ROOT, ids=lambda one: one.name)
def test_in_a_root_of_its_own_as_natively(one, tmp_path):
    expected = conformance.natively(one)
    if expected.status == conformance.SKIP:
        pytest.skip("not here")
    root = tmp_path / "root"
    home = root / "tmp" / "home"
    home.mkdir(parents=True)
    (root / "etc").mkdir()
    shutil.copy("/etc/passwd", root / "etc")
    shutil.copy(one.executable(), root / "guest")
    words = [*BLINK, "-L", tmp_path / "log", "-j", "-C", root, "/guest", *one.directive("arguments").split()]
    actual = run(words, one.directive("input").encode(), environ(home), home)
    assert conformance.same(expected, actual), conformance.difference(expected, actual)
