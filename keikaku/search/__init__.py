"""Japanese search on SQLite: one key for what is indexed and asked (text), words (readings, lexicon), queries (query ...)."""

from keikaku.search.matching import Filters
from keikaku.search.results import Result, Results, plan_in, search
from keikaku.search.suggest import Suggestion, suggest
from keikaku.search.text import normalise

__all__ = ["Filters", "Result", "Results", "Suggestion", "normalise", "plan_in", "search", "suggest"]
