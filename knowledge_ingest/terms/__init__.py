"""Contract terms: rules that find them in a contract's text, each with the words that prove it."""
