"""The evidence on pages: products, disclosures, pathways, handling, leads, people, search."""
