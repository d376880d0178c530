"""A Django project of nobody's: what a start costs with the same libraries and middleware, before any code of ours."""
