"""Sockets of the loopback network and of the file system."""


def test_socket_calls_answer_as_natively(guest, same_as_native):
    assert same_as_native([guest("sockets.c", "static-glibc")]).status == 0


def test_socket_calls_with_virtualised_memory(guest, blink, native):
    expected = native([guest("sockets.c", "static-glibc")])
    actual = blink([guest("sockets.c", "static-glibc")], flags=["-jm"])
    assert (actual.status, actual.text) == (expected.status, expected.text)
