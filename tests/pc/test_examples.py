"""The boot programs of examples/boot: what is typed at them, and what they show."""

import io
import itertools
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blinkenlights.pc import run_headless
from blinkenlights.pc.machine import PC, End
from tests.pc.conftest import assemble

EXAMPLES = Path(__file__).parents[2] / "examples" / "boot"
TICKS = 0x46C
TEXT, PIXELS = 0xB8000, 0xA0000

Start = Callable[[str], PC]


@pytest.fixture
def start() -> Iterator[Start]:
    """A machine with the example `name`, whose clock always begins at the same time."""
    machines: list[PC] = []

    def make(name: str) -> PC:
        machine = PC(assemble(EXAMPLES / f"{name}.asm"), start=0)
        machines.append(machine)
        return machine

    yield make
    for machine in machines:
        machine.close()


HLT = 0xF4


def wait(machine: PC, ticks: int) -> None:
    """Run until the BIOS has counted `ticks` more, and the game sleeps again, unless it waits for a key."""

    def asleep() -> bool:
        return 0x7C00 <= machine.cpu.rip < 0x7E00 and machine.memory.u8(machine.cpu.rip) == HLT

    last = machine.memory.u16(TICKS) + ticks
    while machine.memory.u16(TICKS) < last or (machine.memory.u16(TICKS) == last and not asleep()):
        assert machine.run(count=1) is End.COUNT


# -- Forth


def talk(*lines: str) -> list[str]:
    """What the Forth answers to each line."""
    out = io.BytesIO()
    typed = "".join(line + "\r" for line in lines).encode()
    assert run_headless(assemble(EXAMPLES / "forth.asm"), keys=io.BytesIO(typed), out=out, timeout=30) == 0
    shown = out.getvalue().decode().split("\r\n")
    assert shown.pop() == ""
    assert len(shown) == len(lines)
    for line, answer in zip(lines, shown, strict=True):
        assert answer.startswith(line + " ")
    return [answer[len(line) + 1 :] for line, answer in zip(lines, shown, strict=True)]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("3 4 + .", "7 ok"),
        ("10 3 - .", "7 ok"),
        ("3 10 - .", "-7 ok"),
        ("-7 6 * .", "-42 ok"),
        ("100 7 / . 100 7 mod .", "14 2 ok"),
        ("-100 7 / . -100 7 mod .", "-14 -2 ok"),
        ("1 2 swap . .", "1 2 ok"),
        ("1 2 over . . .", "1 2 1 ok"),
        ("5 dup * .", "25 ok"),
        ("1 2 drop .", "1 ok"),
        ("2 3 + 4 * 6 - 7 / .", "2 ok"),
        ("32767 1 + .", "-32768 ok"),
        ("0 .", "0 ok"),
        ("  1   2  +  .  ", "3 ok"),
        ("", "ok"),
        ("foo", "what?"),
        ("-", "stack?"),
        ("--1", "what?"),
        ("12a", "what?"),
        (".", "stack?"),
        ("1 +", "stack?"),
        ("1 0 /", "divide?"),
        ("1 0 mod", "divide?"),
        ("-32768 -1 /", "divide?"),
        (";", "what?"),
        (":", "what?"),
        (": a : b ;", "what?"),
    ],
)
def test_forth_evaluates(line: str, answer: str) -> None:
    assert talk(line) == [answer]


def test_forth_makes_words_of_words() -> None:
    assert talk(
        ": square dup * ;",
        ": quad square square ;",
        "5 square . 3 quad .",
        ": square 1 ;",
        "2 square . 2 quad .",
    ) == ["ok", "ok", "25 81 ok", "ok", "1 16 ok"]  # quad keeps the square that it was made of


def test_forth_definitions_hold_numbers_and_go_over_lines() -> None:
    assert talk(": f 1 . -20", ". 300 + ;", "7 f .") == ["ok", "ok", "1 -20 307 ok"]


def test_forth_goes_on_after_errors_with_an_empty_stack() -> None:
    assert talk("1 2 foo", ".", "6 7 * .") == ["what?", "stack?", "42 ok"]


def test_forth_forgets_a_definition_with_an_error_in_it() -> None:
    assert talk(": f f ;", "f", "2 . : g 3 . ; g") == ["what?", "what?", "2 3 ok"]


def test_forth_reports_an_overfull_stack() -> None:
    doubling = [": a0 1 1 1 1 ;"] + [f": a{i} a{i - 1} a{i - 1} ;" for i in range(1, 11)]
    assert talk(*doubling, "a8 . a10", "4 .")[-2:] == ["1 stack?", "4 ok"]


def test_forth_says_when_there_is_no_room_for_definitions() -> None:
    line = ": word " + "1 " * 33 + ";"
    answers = talk(*[line] * 220, "1 2 + .")
    assert answers[0] == "ok"
    assert answers[-2:] == ["full?", "3 ok"]


def test_forth_takes_characters_back() -> None:
    out = io.BytesIO()
    keys = io.BytesIO(b"\b12\b\b34 .\r")
    assert run_headless(assemble(EXAMPLES / "forth.asm"), keys=keys, out=out, timeout=30) == 0
    assert out.getvalue() == b"12\b \b\b \b34 . 34 ok\r\n"


# -- snake

BODY, FOOD, CRASH = 0xFE, ord("*"), ord("X")
DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
Cell = tuple[int, int]


class Snake:
    """What is on the board, where the head is, and which way it goes: rows and columns a move."""

    def __init__(self, machine: PC) -> None:
        self.machine = machine
        wait(machine, 2)
        self.body = self.cells(BODY)
        self.head = max(self.body)
        self.heading = DIRECTIONS["right"]

    def cells(self, character: int) -> set[Cell]:
        text = self.machine.memory.read(TEXT, 4000)[::2]
        return {divmod(i, 80) for i, c in enumerate(text) if c == character}

    def move(self) -> None:
        """Wait for the next move."""
        row, column = self.head
        for _ in range(4):
            wait(self.machine, 1)
            body = self.cells(BODY)
            new = body - self.body  # the tail goes first
            if new or self.crashed:
                break
        else:
            pytest.fail("the snake doesn't move")
        self.body = body
        if new:
            (self.head,) = new
            self.heading = self.head[0] - row, self.head[1] - column

    def turn(self, direction: str) -> Cell:
        """Press a key; how far the head goes by it."""
        row, column = self.head
        self.machine.press(direction)
        self.move()
        return self.head[0] - row, self.head[1] - column

    @property
    def crashed(self) -> bool:
        return bool(self.cells(CRASH))

    def eat(self) -> None:
        """Steer to the food: to its row, then along it."""
        (food,) = self.cells(FOOD)
        assert food[0] != self.head[0]
        vertical = "up" if food[0] < self.head[0] else "down"
        assert self.turn(vertical) == DIRECTIONS[vertical]
        while self.head[0] != food[0]:
            self.move()
        if self.head[1] != food[1]:
            self.turn("left" if food[1] < self.head[1] else "right")
        while self.head != food:
            self.move()


@pytest.fixture
def snake(start: Start) -> Snake:
    return Snake(start("snake"))


def test_the_snake_turns_but_not_straight_back(snake: Snake) -> None:
    assert snake.turn("left") == DIRECTIONS["right"]
    assert snake.turn("up") == DIRECTIONS["up"]
    assert snake.turn("down") == DIRECTIONS["up"]
    assert snake.turn("left") == DIRECTIONS["left"]
    assert snake.turn("right") == DIRECTIONS["left"]
    assert snake.turn("down") == DIRECTIONS["down"]
    assert snake.turn("right") == DIRECTIONS["right"]


def test_the_snake_keeps_its_length_until_it_eats(snake: Snake) -> None:
    for _ in range(10):
        snake.move()
    assert len(snake.body) == 5
    snake.eat()
    assert snake.machine.memory.read(TEXT + 20, 2) == b"1\x0f"
    assert len(snake.cells(FOOD)) == 1
    for _ in range(6):
        snake.move()
    assert len(snake.body) == 9


def test_the_snake_dies_at_a_wall_and_a_key_begins_again(snake: Snake) -> None:
    row, _ = snake.head
    while not snake.crashed:
        snake.move()
    assert snake.cells(CRASH) == {(row, 79)}
    before = snake.machine.memory.read(TEXT, 4000)
    wait(snake.machine, 20)
    assert snake.machine.memory.read(TEXT, 4000) == before
    snake.machine.press("space")
    wait(snake.machine, 4)
    assert not snake.crashed
    assert (12, 40) in snake.cells(BODY)


def test_the_snake_dies_when_it_bites_itself(snake: Snake) -> None:
    snake.eat()
    for _ in range(6):
        snake.move()
    before = snake.machine.memory.read(TEXT, 4000)
    keys = ("up", "right", "down") if snake.heading == DIRECTIONS["left"] else ("up", "left", "down")
    for key in keys[:2]:
        assert snake.turn(key) == DIRECTIONS[key]
    snake.turn(keys[2])
    assert snake.crashed
    (where,) = snake.cells(CRASH)
    assert before[2 * (80 * where[0] + where[1])] == BODY


# -- paddle, ball and bricks

BALL, PADDLE, LOST = 14, 15, 4
WIDTH = 320
BRICKS_LEFT = 0x7E0A
Point = tuple[int, int]


class Bricks:
    """Where things are, by their pixels. The ball moves 60 times a second; a tick here is three of those."""

    def __init__(self, machine: PC) -> None:
        self.machine = machine
        self.wait(2)

    def wait(self, ticks: int) -> None:
        wait(self.machine, 3 * ticks)

    def pixels(self) -> bytes:
        return self.machine.memory.read(PIXELS, WIDTH * 200)

    def ball(self) -> Point:
        """Column and row of its left upper corner."""
        row, column = divmod(self.pixels().index(bytes([BALL]) * 4), WIDTH)
        return column, row

    def paddle(self, colour: int = PADDLE) -> int:
        """The column of its left end."""
        row = self.pixels()[193 * WIDTH : 194 * WIDTH]
        assert row.count(colour) == 48
        return row.index(colour)

    def bricks(self) -> int:
        """How many there are, by the pixel in the middle of each place."""
        pixels = self.pixels()
        places = [(28 + 8 * row) * WIDTH + 10 + 20 * column for row in range(5) for column in range(16)]
        return sum(32 <= pixels[place] < 37 for place in places)

    def follow(self) -> Point:
        """A twentieth of a second with the paddle kept below the ball."""
        column, _row = self.ball()
        distance = column - (self.paddle() + 22)
        if abs(distance) > 8:
            self.machine.press("left" if distance < 0 else "right")
        self.wait(1)
        return self.ball()


@pytest.fixture
def bricks(start: Start) -> Bricks:
    return Bricks(start("bricks"))


def test_the_paddle_moves_and_stays_on_the_screen(bricks: Bricks) -> None:
    assert bricks.bricks() == 80
    at = bricks.paddle()
    bricks.machine.press("left")
    bricks.wait(2)
    assert bricks.paddle() == at - 16
    bricks.machine.press("right", "right")
    bricks.wait(2)
    assert bricks.paddle() == at + 16
    bricks.machine.press(*["left"] * 12)
    bricks.wait(3)
    assert 0 <= bricks.paddle() < 16


def test_the_ball_bounces_off_the_paddle_and_walls_and_takes_bricks(bricks: Bricks) -> None:
    places = [bricks.ball()]
    for _ in range(300):
        places.append(bricks.follow())
    moves = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(places)]
    assert {(6, 6), (6, -6), (-6, 6), (-6, -6)} <= set(moves)
    assert max(row for _, row in places) < 192
    assert bricks.bricks() < 76
    assert bricks.bricks() == bricks.machine.memory.u16(BRICKS_LEFT)
    assert sum(32 <= pixel < 37 for pixel in bricks.pixels()) == bricks.bricks() * 19 * 7  # whole ones


def test_a_ball_that_is_missed_ends_the_game_and_a_key_begins_again(bricks: Bricks) -> None:
    bricks.wait(30)
    bricks.paddle(LOST)
    before = bricks.pixels()
    bricks.wait(20)
    assert bricks.pixels() == before
    bricks.machine.press("space")
    bricks.wait(2)
    assert bricks.paddle() == 136
    assert bricks.ball()[1] < 130


def test_the_last_brick_brings_new_ones(bricks: Bricks) -> None:
    bricks.machine.memory.put_u16(BRICKS_LEFT, 3)
    lowest = 80
    for _ in range(300):
        bricks.follow()
        lowest = min(lowest, bricks.bricks())
        if lowest < 80 and bricks.bricks() == 80:
            break
    else:
        pytest.fail("no new bricks")
    assert lowest in (78, 79)


# -- a 64-bit kernel


def test_the_kernel_counts_timer_interrupts_in_long_mode(start: Start) -> None:
    machine = start("long")

    def shown() -> str:
        return machine.memory.read(TEXT, 160)[::2].decode("cp437").rstrip()

    counts = []
    for _ in range(3):
        assert machine.run(count=10_000) is End.COUNT
        text, _, count = shown().rpartition(" ")
        assert text.rstrip() == "Long mode. Ticks:"
        counts.append(int(count))
    assert 0 < counts[0] < counts[1] < counts[2]


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86_64 isn't here")
def test_bricks_draws_the_same_under_qemu(tmp_path: Path, bricks: Bricks) -> None:
    """Its wall, paddle and ball; a ball that is missed there ends the game, and a key begins again."""
    command = ["qemu-system-x86_64", "-display", "none", "-m", "16", "-snapshot", "-monitor", "stdio",
               "-drive", f"file={assemble(EXAMPLES / 'bricks.asm')},format=raw,if=floppy"]  # fmt: skip
    wall = slice(20 * WIDTH, 70 * WIDTH)
    ours = bricks.pixels()[wall]
    numbers = itertools.count()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as qemu:
        assert qemu.stdin is not None

        def tell(what: str) -> None:
            assert qemu.stdin is not None
            qemu.stdin.write(what + "\n")
            qemu.stdin.flush()

        def picture() -> bytes:
            path = tmp_path / f"screen{next(numbers)}"
            tell(f'pmemsave 0xa0000 {WIDTH * 200} "{path}"')
            until = time.monotonic() + 60
            while not path.exists() or path.stat().st_size < WIDTH * 200:
                assert time.monotonic() < until, "qemu does not write its memory"
                time.sleep(0.02)
            return path.read_bytes()

        def wait_for(colour: int, key: str) -> None:
            until = time.monotonic() + 60
            while True:
                there = picture()
                if there[wall] == ours and there[193 * WIDTH : 194 * WIDTH].count(colour) == 48:
                    return
                assert time.monotonic() < until, f"no paddle of colour {colour} below the wall"
                if key:
                    tell(f"sendkey {key}")
                time.sleep(0.05)

        try:
            wait_for(LOST, "")
            wait_for(PADDLE, "spc")
            tell("quit")
            assert qemu.wait(60) == 0
        finally:
            qemu.kill()
