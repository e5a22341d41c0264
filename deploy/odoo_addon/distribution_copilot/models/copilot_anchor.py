"""Heads of the copilot's audit log, kept where whoever holds the copilot's own database does not reach: added to, never changed."""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError

SEAL = re.compile(r"[0-9a-f]{64}")


class CopilotAnchor(models.Model):
    _name = "distribution.copilot.anchor"
    _description = "Head of the copilot's audit log"
    _order = "id desc"

    seq = fields.Integer(required=True, readonly=True)
    seal = fields.Char(required=True, readonly=True)

    _once = models.Constraint("UNIQUE (seq, seal, create_uid)", "This head is anchored already.")

    @api.model
    def keep(self, seq, seal):
        """Keep the seal of an entry; the same one twice is kept once. Any internal user may, nobody may change one."""
        if type(seq) is not int or seq < 1 or not isinstance(seal, str) or not SEAL.fullmatch(seal):
            raise UserError("This is no head of an audit log.")
        self.browse().check_access("read")
        if not self.sudo().search_count([("seq", "=", seq), ("seal", "=", seal), ("create_uid", "=", self.env.uid)], limit=1):
            self.sudo().create({"seq": seq, "seal": seal})
        return True
