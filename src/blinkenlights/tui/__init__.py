"""The visual debugger's screen. Nothing of it is imported before it is wanted."""
