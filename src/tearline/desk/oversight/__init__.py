"""Watching those who look: reviewers read the record of look-ups, and their own reading is kept apart from it."""
