"""Time travel: the same state at the same tick, however one comes there."""

import errno
import random
import signal
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from blinkenlights import Machine, Stop
from blinkenlights.core import host
from blinkenlights.debugger.history import History

Guest = Callable[..., Path]
STEPS, CHECKS = 100_000, 100


def digest(m: Machine) -> str:
    assert isinstance(m.history, History)
    return m.history.digest()


def walk(m: Machine) -> list[str]:
    """State hashes every thousand steps."""
    hashes = [digest(m)]
    for _ in range(CHECKS):
        m.run(count=STEPS // CHECKS)
        hashes.append(digest(m))
    return hashes


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_program_lives_the_same_life_again(seed: int, guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), str(seed), "60"], record=True, stdout=-1) as m:
        first = walk(m)
        assert m.tick == STEPS
        m.seek(0)
        assert m.tick == 0
        assert walk(m) == first
        places = list(range(CHECKS + 1))
        random.Random(seed).shuffle(places)
        for place in places[:30]:
            m.seek(place * STEPS // CHECKS)
            assert digest(m) == first[place]
        m.seek(STEPS)
        assert m.run().kind is Stop.EXIT


def test_the_end_of_a_program_can_be_left_again(guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "4", "300"], record=True, stdout=-1) as m:
        before = digest(m)
        reason = m.run()
        assert reason.kind is Stop.EXIT
        assert m.exited == 0
        end, last = m.tick, digest(m)
        assert m.seek(0).kind is Stop.STEP
        assert m.exited is None
        assert digest(m) == before
        again = m.run()
        assert (again.kind, again.status, m.tick) == (Stop.EXIT, 0, end)
        assert digest(m) == last
        m.reverse_step()
        assert m.tick == end - 1
        assert m.seek(end + 5).kind is Stop.END
        assert m.tick == end


def test_files_that_were_mapped_are_there_however_one_comes() -> None:
    with Machine.load("/bin/sh", ["sh", "-c", "exit 3"], record=True) as m:
        assert m.run().status == 3
        end, last = m.tick, digest(m)
        start = next(mapping.start for mapping in m.maps if mapping.name.endswith("libc.so.6"))
        m.seek(10)
        m.seek(end)  # over the checkpoints, without executing
        assert m.memory.read(start, 4) == b"\x7fELF"
        assert digest(m) == last
        assert m.exited == 3
        m.seek(end // 2)
        half = digest(m)
        m.run(count=end)
        assert digest(m) == last
        m.seek(end // 2)
        assert digest(m) == half


def test_thinning_keeps_every_tick_in_reach(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blinkenlights.debugger.history.INTERVAL", 1500)
    monkeypatch.setattr("blinkenlights.debugger.history.MOST_CHECKPOINTS", 12)
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "5", "200"], record=True, stdout=-1) as m:
        hashes = {}
        for _ in range(60):
            m.run(count=2000)
            hashes[m.tick] = digest(m)
        assert isinstance(m.history, History)
        ticks = [point.tick for point in m.history.checkpoints]
        assert len(ticks) <= 13
        gaps = [b - a for a, b in pairwise(ticks)]
        assert gaps[0] > gaps[-2]
        for tick in random.Random(1).sample(sorted(hashes), 20):
            m.seek(tick)
            assert digest(m) == hashes[tick]


def test_a_changed_register_makes_another_future(guest: Guest) -> None:
    # mov ecx, 1000; again: inc eax; loop again; hlt
    with Machine.from_bytes(bytes.fromhex("b9e8030000ffc0e2fcf4"), record=True) as m:
        assert m.run().kind is Stop.HALT
        assert m.regs.eax == 1000
        end = m.tick
        m.seek(501)
        assert m.regs.eax == 250
        m.regs.rcx = 10
        assert m.run().kind is Stop.HALT
        assert m.regs.eax == 260
        assert m.tick < end
        m.seek(m.tick + 1)
        assert m.regs.eax == 260
        m.seek(400)
        assert m.run().kind is Stop.HALT
        assert m.regs.eax == 260


def test_a_change_that_is_only_looked_at_is_forgotten(guest: Guest) -> None:
    with Machine.from_bytes(bytes.fromhex("b9e8030000ffc0e2fcf4"), record=True) as m:
        m.run()
        end = m.tick
        m.seek(501)
        m.regs.rax = 7
        m.seek(503)
        assert m.regs.eax == 251
        m.run()
        assert (m.regs.eax, m.tick) == (1000, end)


def test_changed_memory_makes_another_future() -> None:
    # again: mov eax,[0x500000]; test eax,eax; jz again; hlt
    code = bytes.fromhex("8b042500005000" "85c0" "74f5" "f4")
    with Machine.from_bytes(code, record=True) as m:
        m.map(0x500000, 0x1000)
        m.run(count=3000)
        m.seek(1500)
        m.memory.put_u32(0x500000, 5)
        assert m.run().kind is Stop.HALT
        assert m.regs.eax == 5
        m.seek(1200)
        assert m.memory.u32(0x500000) == 0
        m.run()
        assert m.regs.eax == 5
        m.seek(1000)
        m.memory[0x500000:0x500004][0:1] = b"\x09"
        m.run()
        assert m.regs.eax == 9


def test_the_present_is_gone_on_with(guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "6", "100"], record=True, stdout=-1) as m:
        m.run(count=50_000)
        m.seek(10_000)
        m.run(count=60_000)
        assert m.tick == 70_000
        there = digest(m)
        m.seek(20_000)
        m.run(count=50_000)
        assert digest(m) == there
        assert m.run().kind is Stop.EXIT


def test_another_future_with_threads_and_system_calls(guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "7", "100"], record=True, stdout=-1) as m:
        m.run()
        end = m.tick
        m.seek(end // 2)
        threads = len(m.threads)
        m.memory.put_u64(m.regs.rsp - 0x4000, 1)  # nobody minds, but it is another future
        assert m.run().kind is Stop.EXIT
        m.seek(end // 2)
        assert len(m.threads) == threads
        assert m.run().kind is Stop.EXIT


def test_in_another_future_what_was_in_a_pipe_is_gone(guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "7", "100"], record=True, stdout=-1) as m:
        m.run()
        m.seek(0)
        assert m.run(until="read").address == m.resolve("read")
        m.memory.put_u64(m.regs.rsp - 0x4000, 1)
        results: list[int | None] = []
        m.hook_syscall("read", exit=lambda call: results.append(call.result))
        assert m.run().kind is Stop.EXIT
        assert results[0] == -errno.EAGAIN


def test_another_future_finds_files_open_where_they_were(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("first\nsecond\nthird\n")
    script = f"exec 5<{tmp_path}/lines; read a <&5; read b <&5; exec 5<&-; exec 6</dev/null; test $b = second"
    with Machine.load("/bin/sh", ["sh", "-c", script], record=True) as m:
        moments: list[int] = []
        reads = m.hook_syscall("read", enter=lambda call: moments.append(m.tick))
        opened: list[int] = []
        m.hook_syscall("openat", exit=lambda call: opened.append(call.result or 0))
        assert m.run().status == 0
        reads.remove()
        before = opened[:]
        for moment in reversed(moments):  # also those at which the dynamic loader has libraries open
            m.seek(moment)
            m.regs.xmm15.u64[1] = m.tick  # makes another future, which goes the same way
            opened.clear()
            assert m.run(timeout=60).status == 0, moment
            assert opened == before[len(before) - len(opened) :]


def test_steps_are_undone_one_by_one(guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "8", "100"], record=True, stdout=-1) as m:
        m.run(count=30_000)
        trail = []
        for _ in range(50):
            trail.append((m.tick, digest(m)))
            m.step()
        for tick, state in reversed(trail):
            m.reverse_step()
            assert (m.tick, digest(m)) == (tick, state)


def test_going_back_needs_recording() -> None:
    with Machine.from_bytes(b"\xf4") as m, pytest.raises(RuntimeError, match="record=True"):
        m.reverse_step()


def test_the_beginning_is_the_beginning() -> None:
    with Machine.from_bytes(bytes.fromhex("90909090f4"), record=True) as m:
        m.step(2)
        assert m.reverse_step(5).kind is Stop.START
        assert m.tick == 0
        assert m.reverse_continue().kind is Stop.START
        assert m.reverse_over().kind is Stop.START


def test_a_program_that_executes_another_can_be_gone_back_before_it() -> None:
    with Machine.load("/bin/sh", ["sh", "-c", "exec /bin/true"], record=True) as m:
        assert m.run().kind is Stop.EXIT
        places = dict.fromkeys((m.tick // 10, m.tick // 2, m.tick - 1), "")
        for tick in places:
            m.seek(tick)
            places[tick] = digest(m)
        assert len(set(places.values())) == len(places)
        for tick in reversed(places):
            m.seek(tick)
            assert digest(m) == places[tick]


def test_a_recorded_machine_gives_the_signal_mask_back() -> None:
    with Machine.load("/bin/true", record=True) as machine:
        machine.run()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    host.set_mask(1 << (signal.SIGUSR2 - 1))
    assert signal.pthread_sigmask(signal.SIG_SETMASK, before) == {signal.SIGUSR2}


def test_a_child_of_a_recorded_program_lives_on_its_own(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["sh", "-c", "/bin/echo from a child; (exit 7); echo $?; ls /proc/self/fd | wc -l"]
    with out.open("wb") as file, Machine.load("/bin/sh", words, stdout=file, record=True) as machine:
        reason = machine.run()
        assert reason.kind is Stop.EXIT and reason.status == 0
    assert out.read_text().split("\n")[:2] == ["from a child", "7"]


def test_the_guests_descriptors_are_not_taken_for_the_recorders(guest: Guest) -> None:
    source = Path(__file__).parent / "guests" / "zeros.c"
    with Machine.load(guest(source), record=True) as m:
        m.run(until="over")
        before = m.tick
        assert m.memory.cstring(0x10000000) == b"kept"
        assert m.run().status == 0
        m.seek(before)
        assert m.memory.cstring(0x10000000) == b"kept"
