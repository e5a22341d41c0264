"""What the documents say: passages, who may read them, and the search over them."""
