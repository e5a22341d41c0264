"""The demo distributor's documents: files, metadata, labelled questions, and what renders the binary ones."""
