"""``python -m lemm_catalog`` is the command line."""

from lemm_catalog.cli.main import main

if __name__ == "__main__":
    main()
