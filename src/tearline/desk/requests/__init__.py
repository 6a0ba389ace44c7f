"""From gaps to letters: who is asked for what on which authority, what must be kept first, what was answered."""
