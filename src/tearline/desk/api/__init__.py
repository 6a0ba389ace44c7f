"""The JSON interface: the same answers as the pages, behind the same walls, with tokens of narrower reach."""
