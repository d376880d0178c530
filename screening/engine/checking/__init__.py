"""The checks of a definition, by what they look at. `screening.engine.checks` runs them all."""
