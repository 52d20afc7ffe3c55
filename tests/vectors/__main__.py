"""``python -m tests.vectors FOLDER``: write the vectors out."""

import sys
from pathlib import Path

# The servers of the tests are found from here, as pytest finds them.
sys.path.insert(0, str(Path(__file__).parents[1]))

if __name__ == "__main__":
    from vectors.build import main

    sys.exit(main(sys.argv[1:]))
