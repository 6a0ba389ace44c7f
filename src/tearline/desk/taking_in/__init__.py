"""Bringing records in at the desk: uploads, mappings with a preview, batches, quarantine, retraction."""
