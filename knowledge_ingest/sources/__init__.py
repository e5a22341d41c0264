"""Where documents come from: folders of this machine, files people hand in, and attachments in Odoo."""
