"""Waiting for descriptors, signals and time."""


def test_waiting_calls_answer_as_natively(guest, same_as_native):
    assert same_as_native([guest("poll.c")]).status == 0


def test_waiting_calls_when_traced(guest, blink, native):
    expected = native([guest("poll.c")])
    actual = blink([guest("poll.c")], flags=["-j", "--strace"])
    assert (actual.status, actual.text) == (expected.status, expected.text)
