"""What is loaded when: starting must cost little, and nothing may be missing for it."""

import os
import subprocess
import sys


def run(program: str) -> str:
    """The output of a Python program in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_family_is_loaded_when_its_first_instruction_is_met() -> None:
    assert run("""if True:
        import sys
        from tests.core.machine import Bare
        name = "blinkenlights.core.execute.sha"
        plain = Bare("90 0f0b"); plain.run()
        before = name in sys.modules
        sha = Bare("0f38c8c1 0f0b"); sha.run()  # sha1nexte xmm0, xmm1
        print(before, name in sys.modules, sha.cpu.vector)
    """) == "False True 6"


def test_the_index_of_handlers_knows_every_mnemonic_that_is_executed() -> None:
    show = "from blinkenlights.core import engine, dispatch, execute; {}; print(*dispatch.bound())"
    assert run(show.format("pass")) == run(show.format("execute.load_all()"))


def test_after_the_usual_families_the_others_are_still_loaded_when_first_met() -> None:
    show = "from blinkenlights.core import engine, dispatch, execute; {}; print(*dispatch.bound())"
    assert run(show.format("pass")) == run(show.format("execute.load_usual()"))
    assert run("""if True:
        from blinkenlights.core import execute
        from tests.core.machine import Bare
        execute.load_usual()
        sha = Bare("31c0 ffc0 0f38c8c1 0f0b"); sha.run()
        print(sha.cpu.rax, sha.cpu.vector)
    """) == "1 6"


def test_loading_a_family_leaves_the_guests_floating_point_flags_alone() -> None:
    assert run("""if True:
        from tests.core.machine import Bare
        bare = Bare("0f38c8c1 0f0b")
        bare.cpu.mxcsr = 0x1F80
        bare.run()
        print(hex(bare.cpu.mxcsr))
    """) == "0x1f80"


def test_a_plain_run_loads_nothing_that_takes_long() -> None:
    before = set(run("import sys; print(*sys.modules)").split())
    start = "import sys, blinkenlights.cli.blink, blinkenlights.linux.launch; print(*sys.modules)"
    after = set(run(start).split())
    slow = {"array", "typing", "dataclasses", "resource", "ctypes", "re", "blinkenlights.linux.strace"}
    assert not slow & (after - before)
