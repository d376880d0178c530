"""The variables of one generated function: which it needs, what they are called, and which come from outside it."""

from __future__ import annotations

import itertools
from typing import Literal

from .dependencies import Dependencies
from .facets import FACETS
from .symbols import Symbols

View = Literal["asked", "gate", "rules"]
"""How a rule sees the answers:

- `asked`: as given. What is asked depends on this alone, never on an answer that may later turn out to be stale;
- `gate`: as `asked` for state tests, as `rules` for values;
- `rules`: stale answers count as not sure, and so does what was hidden because of a stale answer.
"""


class Variables:
    """What one generated function reads. `outer` is the function around it when it looks at the entries of a group.

    `needs` lists the facets of each question that it uses, as given; `settled_needs` those in the view of rules;
    `borrowed` the variables of `outer`; `derived` and `blocks` what is worked out once, and its source; `used` the
    variables that were asked for since it was last emptied.
    """

    def __init__(
        self,
        symbols: Symbols,
        known: Dependencies,
        namespace: dict[str, object],
        outer: Variables | None = None,
        group: str = "",
    ) -> None:
        self.symbols = symbols
        self.known = known
        self.namespace = namespace
        self.outer = outer
        self.group = group
        self.needs: dict[str, set[str]] = {}
        self.settled_needs: dict[str, set[str]] = {}
        self.parameters: dict[str, str] = {}
        self.derived: dict[tuple[str, View], tuple[str, ...]] = {}
        self.numbers = itertools.count()
        self.blocks: list[list[str]] = []
        self.borrowed: dict[str, None] = {}
        self.used: dict[str, None] = {}
        self.functions: list[str] = outer.functions if outer else []

    def owns(self, link_id: str) -> bool:
        """Whether a question is answered at this level, rather than around it."""
        return self.symbols.entries_of.get(link_id, "") == self.group

    def facet(self, link_id: str, facet: str, view: View) -> tuple[str, ...]:
        """The variables that hold one aspect of an answer; asking for them makes the function set them."""
        if self.outer is not None and not self.owns(link_id):
            return self.borrow(self.outer.facet(link_id, facet, view))
        is_settled = link_id in self.known.unsettled and view != "asked"
        needs = self.settled_needs if is_settled else self.needs
        needs.setdefault(link_id, set()).add(facet)
        if is_settled:
            self.needs.setdefault(link_id, set()).update({facet, "state"})
        return self.use(self.variables(link_id, facet, is_settled=is_settled))

    def variables(self, link_id: str, facet: str, *, is_settled: bool = False) -> tuple[str, ...]:
        """The names of a facet's variables: `low7`, or `low7_settled` in the view of rules."""
        number = self.symbols.position[link_id]
        ending = "_settled" if is_settled else ""
        return tuple(f"{name}{number}{ending}" for name in FACETS[facet].variables)

    def use(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Note that a condition looks at variables."""
        self.used.update(dict.fromkeys(names))
        return names

    def borrow(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Use variables of the surrounding function: they become parameters of this one."""
        self.borrowed.update(dict.fromkeys(names))
        return names

    def parameter(self, key: str) -> str:
        """The variable of a clinic's number."""
        if self.outer is not None:
            return self.borrow((self.outer.parameter(key),))[0]
        return self.use((self.parameters.setdefault(key, f"parameter{len(self.parameters)}"),))[0]

    def plain(self, name: str) -> str:
        """`today` or `profile`, passed on to the functions inside."""
        return (self.borrow if self.outer is not None else self.use)((name,))[0]
