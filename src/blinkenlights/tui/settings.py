"""What the command line says about the screen."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Settings:
    theme: str = ""  # dark, light, plain; else by the terminal
    highlight: bool = True
    verbosity: int = 0
    zoom: int = 0
    intel: bool = False
    name: str = ""  # the program's
    breakpoints: list[str] = field(default_factory=list)
    watchpoints: list[str] = field(default_factory=list)
    pictures: str = ""  # the directory for screenshots
    reactive: bool = True  # stop at faults, rather than deliver signals
    statistics: bool = False
    jit: bool = False
    log: Callable[[str], None] = lambda text: None
