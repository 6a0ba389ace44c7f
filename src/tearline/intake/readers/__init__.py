"""Readers of native handling records, a module each. A module offers `READER` (see `intake.native.Reader`)."""
