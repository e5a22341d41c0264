"""What can be done in Odoo, one file per action: preview, precheck, execute, verify, reconcile. Only an approved draft is run."""
