"""The reading session: a liaison enters who read what, where and when, as it happens or from a numbered sheet."""
