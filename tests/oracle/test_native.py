"""The judge itself: a few instructions whose results are known."""

from collections.abc import Iterator

import pytest

from tests.oracle import CODE, DATA, PAGE, SLOT_SIZE, WINDOW, Native, State, Unavailable


@pytest.fixture(scope="module")
def native() -> Iterator[Native]:
    try:
        with Native() as judge:
            yield judge
    except Unavailable as problem:
        pytest.skip(str(problem))


def test_registers_and_flags(native):
    state = State(reg=[(1 << 64) - 1, 1, *range(2, 16)])
    (outcome,) = native.run([bytes.fromhex("4801c8")], [state])  # add rax, rcx
    assert outcome.vector is None
    assert outcome.state.reg == [0, 1, *range(2, 16)]
    assert outcome.state.rip == CODE + 3
    assert outcome.state.rflags & 0x8D5 == 0x55  # CF PF AF ZF


def test_memory_and_vectors(native):
    memory = bytes(range(256)) * 4
    state = State(reg=[WINDOW + 512] + [0] * 15, memory=memory)
    codes = ["f30f6f28", "c60077"]  # movdqu xmm5, [rax]; mov byte [rax], 77h
    load, store = native.run([bytes.fromhex(code) for code in codes], [state, state])
    assert load.state.xmm(5) == memory[512:528]
    assert store.state.memory == memory[:512] + b"\x77" + memory[513:]


def test_faults(native):
    unmapped = State(reg=[DATA + 4 * PAGE + 8] + [0] * 15)
    read_only = State(reg=[DATA + 3 * PAGE + 8] + [0] * 15)
    divide = State(reg=[1, 0, 0] + [0] * 13)
    codes = ["8b00", "8900", "f7f1", "0f0b", "f4"]  # load, store, div ecx, ud2, hlt
    states = [unmapped, read_only, divide, divide, divide]
    outcomes = native.run([bytes.fromhex(code) for code in codes], states)
    assert [outcome.vector for outcome in outcomes] == [14, 14, 0, 6, 13]
    assert [outcome.address for outcome in outcomes[:2]] == [DATA + 4 * PAGE + 8, DATA + 3 * PAGE + 8]
    assert [outcome.state.rip for outcome in outcomes] == [CODE + SLOT_SIZE * i for i in range(5)]


def test_full_batch_keeps_order(native):
    states = [State(reg=[i] * 16) for i in range(5000)]
    outcomes = native.run([bytes.fromhex("48ffc0")] * 5000, states)  # inc rax
    assert [outcome.state.reg[0] for outcome in outcomes] == list(range(1, 5001))
