"""How fast guests run: natively, under blink and under qemu-user."""
