"""Cases: purpose, authority, scope, terms, members, the read-in list, and who is kept out."""
