"""One panel a file: a function from plain data (`picture`) to lines, without widgets."""
