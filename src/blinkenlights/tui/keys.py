"""The keys: one row each. Dispatch, the help screen and the manual come from these rows."""

from typing import NamedTuple

RUNNING, BACK, STOPS, LOOKS, MOVING, OTHER = (
    "Running", "Going back", "Breakpoints", "What is shown", "Moving about", "Other")  # fmt: skip
SECTIONS = (RUNNING, BACK, STOPS, LOOKS, MOVING, OTHER)


class Key(NamedTuple):
    """Keys as Textual names them and as people write them, what is done (the app's method), and the help."""

    key: str
    shown: str
    action: str
    help: str
    section: str


KEYS = (
    Key("s", "s", "step", "step one instruction; at a translated path (`*`) step to its end", RUNNING),
    Key("n", "n", "step_over", "next: step over a call", RUNNING),
    Key("f", "f", "finish", "run until this function returns", RUNNING),
    Key("c", "c", "continue", "continue, with the screen going along", RUNNING),
    Key("C", "C", "continue_harder", "continue harder: the program has the terminal, at full speed", RUNNING),
    Key("ctrl+c", "ctrl-c", "interrupt", "interrupt the running program", RUNNING),
    Key("ctrl+t,greater_than_sign", "ctrl-t, >", "turbo", "turbo: go faster, with fewer pictures", RUNNING),
    Key("alt+t,less_than_sign", "alt-t, <", "slow_motion", "slow motion: go slower", RUNNING),
    Key("R", "R", "restart", "restart the program", RUNNING),
    Key("S", "S", "reverse_step", "step back one instruction", BACK),
    Key("N", "N", "reverse_over", "next backwards: step back over a call", BACK),
    Key("F", "F", "reverse_finish", "go back to where this function was called", BACK),
    Key("r", "r", "reverse_continue", "go back to the previous stop", BACK),
    Key("[", "[", "earlier", "move back along the timeline", BACK),
    Key("]", "]", "later", "move forth along the timeline", BACK),
    Key("b", "b", "push_breakpoint", "push a breakpoint: asks where", STOPS),
    Key("B", "B", "pop_breakpoint", "pop the newest breakpoint", STOPS),
    Key("w", "w", "push_watchpoint", "push a watchpoint: asks where", STOPS),
    Key("W", "W", "pop_watchpoint", "pop the newest watchpoint", STOPS),
    Key("x", "x", "sse_radix", "SSE registers: hexadecimal, decimal, characters", LOOKS),
    Key("t", "t", "sse_type", "SSE registers: integers, floats, doubles", LOOKS),
    Key("T", "T", "sse_size", "SSE registers: size of an element", LOOKS),
    Key("p", "p", "profile", "profiling: where the time goes, by function", LOOKS),
    Key("v", "v", "verbosity", "verbosity: text; instruction bytes; source lines too", LOOKS),
    Key("2", "2", "toggle_2", "show or hide the second column", LOOKS),
    Key("3", "3", "toggle_3", "show or hide the third column", LOOKS),
    Key("y", "y", "theme", "next theme: dark, light, plain", LOOKS),
    Key("plus", "+", "zoom_in", "zoom the memory panel in (ctrl-wheel)", LOOKS),
    Key("minus", "-", "zoom_out", "zoom the memory panel out (ctrl-wheel)", LOOKS),
    Key("up", "up", "up", "scroll the panel up a line", MOVING),
    Key("down", "down", "down", "scroll the panel down a line", MOVING),
    Key("left", "left", "left", "scroll the memory panel a cell back", MOVING),
    Key("right", "right", "right", "scroll the memory panel a cell forth", MOVING),
    Key("pageup", "page up", "page_up", "scroll the panel up a page", MOVING),
    Key("pagedown", "page down", "page_down", "scroll the panel down a page", MOVING),
    Key("home", "home", "home", "follow the program again", MOVING),
    Key("end", "end", "end", "the end: of the function, of the mapping", MOVING),
    Key("tab", "tab", "next_panel", "the next panel; the display takes all keys then", MOVING),
    Key("shift+tab", "shift-tab", "previous_panel", "the previous panel", MOVING),
    Key("ctrl+right_square_bracket", "ctrl-]", "leave_display", "leave the display", MOVING),
    Key(":", ":", "command", "command line: the API's names and Python", OTHER),
    Key("ctrl+s", "ctrl-s", "picture", "save a picture of the screen (SVG)", OTHER),
    Key("ctrl+l", "ctrl-l", "redraw", "draw the whole screen anew", OTHER),
    Key("?", "?", "help", "this help", OTHER),
    Key("escape", "escape", "dismiss", "put a dialog, the help or the command line away", OTHER),
    Key("q", "q", "quit", "quit", OTHER),
)

MOUSE = (
    ("wheel over the disassembly", "go back and forth in time"),
    ("wheel over another panel", "scroll it"),
    ("ctrl-wheel over memory", "zoom: each step halves what is shown"),
    ("click a line of the disassembly", "set or remove a breakpoint"),
    ("click a cell of memory", "set or remove a watchpoint"),
    ("click the timeline", "go there"),
    ("click the display", "type to the program; ctrl-] leaves it"),
    ("click another panel", "the arrow keys move it"),
    ("drag a border or a title", "resize columns and panels"),
)


def of_section(section: str) -> list[Key]:
    return [key for key in KEYS if key.section == section]


def table() -> str:
    """The keys as Markdown, for the manual."""
    lines = []
    for section in SECTIONS:
        lines += [f"### {section}", "", "| key | |", "|---|---|"]
        lines += [f"| `{key.shown}` | {key.help} |" for key in of_section(section)] + [""]
    lines += ["### The mouse", "", "| do | |", "|---|---|"]
    lines += [f"| {what} | {then} |" for what, then in MOUSE]
    return "\n".join(lines) + "\n"
