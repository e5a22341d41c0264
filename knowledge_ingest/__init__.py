"""How documents get in: read, cut into passages that can be cited, described, and put where `retrieval` finds them."""
