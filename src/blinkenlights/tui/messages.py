"""What other threads tell the screen."""

from typing import Any

from textual.message import Message


class Broken(Message):
    """A picture could not be drawn: a mistake of ours."""

    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problem = problem


class Stopped(Message):
    """The machine stopped: the reason, and what to say of it."""

    def __init__(self, reason: Any, text: str) -> None:
        super().__init__()
        self.reason, self.text = reason, text


class Failed(Message):
    """Something could not be done; why, in a line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class DisplayChanged(Message):
    """The guest wrote to its terminal."""


class Rang(Message):
    """The machine's bell."""


class Answered(Message):
    """What a command line says to its user."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
