"""`python -m simulation`: the whole demo, or the files of a district."""

from simulation.commands import app

if __name__ == "__main__":
    app()
