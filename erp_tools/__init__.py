"""What Odoo says and can do: reading orders as the person who asks, and explaining in code why they are late."""
