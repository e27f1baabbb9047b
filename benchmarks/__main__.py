"""`python -m benchmarks`."""


def main() -> None:
    """Run the measurements."""


if __name__ == "__main__":
    main()
