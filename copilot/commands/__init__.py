"""What the commands do, each in its own file. With `cli.py` this is a composition root: it may import every package."""
