"""What people see: the chat (Chainlit), the sign-in page and the pages that open a document or a record."""
