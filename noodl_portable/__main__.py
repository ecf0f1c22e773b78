"""`python -m noodl_portable` is the command noodl-portable."""

import sys

from noodl_portable.cli import main

if __name__ == "__main__":
    sys.exit(main())
