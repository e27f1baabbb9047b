"""Personal data in lists: a sole trader is a natural person, and a list does not need the full name."""


def masked(name: str, *, sole_trader: bool) -> str:
    """Return an enterprise's name as a list shows it (PIPL art. 6: no more than the purpose needs)."""
    return f"{name[:1]}**" if sole_trader else name
