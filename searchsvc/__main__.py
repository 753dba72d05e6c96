"""`python -m searchsvc` is the `searchsvc` command."""

from searchsvc.cli.main import main

if __name__ == "__main__":
    main()
