"""`python -m netviz` is the `netviz` command."""

from netviz.cli import main

if __name__ == "__main__":
    main()
