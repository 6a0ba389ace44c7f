"""The vocabulary: frozen types, closed lists and Arrow schemas of everything that crosses rooms."""
