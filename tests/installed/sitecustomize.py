"""One processor is enough for a bake of few pages: each of its processes takes seconds to start, and other tests wait."""

import os

os.cpu_count = lambda: 1
