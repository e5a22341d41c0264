"""One approved call: the records are locked, compared with what was approved, changed, and the key is kept, or none of it.

Nothing is done with other rights than the caller's; only the key's own row is written for them.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

ALLOWED = {
    "sale.order": {"message_post", "activity_schedule", "write"},
    "sale.order.line": {"write", "load"},
    "purchase.order": {"message_post", "activity_schedule"},
    "stock.picking": {
        "message_post", "activity_schedule", "write", "load", "action_split_transfer", "action_assign", "do_unreserve",
    },
    "stock.move": {"write"},
}
"""What may be run through here: what the copilot's own allow-list holds. No other model, no other method."""
WRITABLE = {
    "sale.order": {"commitment_date"},
    "sale.order.line": {"product_uom_qty"},
    "stock.picking": {"carrier_id", "move_type"},
    "stock.move": {"picking_id", "location_id", "location_dest_id", "picking_type_id", "warehouse_id"},
}
COMPARED = {*ALLOWED}
CONTEXT = {"lang", "tz", "uid", "allowed_company_ids"}
"""What a caller may say about themselves; nothing else, such as ``tracking_disable``, reaches what is run."""
SMALLEST = 1e-6


class CopilotRun(models.Model):
    _name = "distribution.copilot.run"
    _description = "Approved action that was run"
    _order = "id desc"

    key = fields.Char(required=True, readonly=True, index=True)
    res_model = fields.Char(readonly=True)
    method = fields.Char(readonly=True)
    res_ids = fields.Char(readonly=True)

    _key_once = models.Constraint("UNIQUE (key)", "This approved action was run already.")

    @api.model
    def run_once(self, key, expected, target, action, records, given):
        """Run one call, once.

        key: of this call; the second call with it does nothing.
        target, action, records, given: the model, its method, the records' ids and the named arguments.
        expected: "model,id" -> field -> value, as they were when it was approved; many2one as ids, *2many as sorted ids.
        Returns {"outcome": "done"} or {"outcome": "again"} (it was run before) or {"outcome": "changed", "changed": [...]}.
        """
        self._check(key, target, action, given)
        self = self.with_context({name: value for name, value in self.env.context.items() if name in CONTEXT})
        seen = {(target, record_id) for record_id in records} | {self._place(place) for place in expected}
        self._lock(seen)
        if self.sudo().search_count([("key", "=", key)], limit=1):
            return {"outcome": "again"}
        changed = [line for place, values in sorted(expected.items()) for line in self._differences(place, values)]
        if changed:
            return {"outcome": "changed", "changed": changed[:50]}
        self.sudo().create({"key": key, "res_model": target, "method": action, "res_ids": ",".join(map(str, records))})
        model = self.env[target]
        if action == "load":
            found = model.with_context(mode="update", noupdate=True).load(given["fields"], given["data"])
            if not found["ids"]:
                raise UserError("; ".join(message["message"] for message in found["messages"]) or "It could not be created.")
        else:
            getattr(model.browse(records), action)(**given)
        return {"outcome": "done"}

    def _check(self, key, model, method, arguments):
        if not isinstance(key, str) or not key.startswith("copilot.") or len(key) > 120:
            raise AccessError("This is no key of the copilot.")
        if method not in ALLOWED.get(model, ()):
            raise AccessError(f"{model}.{method} is not run through the copilot.")
        if method == "write" and set(arguments.get("vals", ())) - WRITABLE[model]:
            raise AccessError(f"These fields of {model} are not written through the copilot.")

    def _place(self, place):
        model, _, record_id = place.rpartition(",")
        if model not in COMPARED:
            raise AccessError(f"{model} is not compared by the copilot.")
        return model, int(record_id)

    def _lock(self, seen):
        """Wait for whoever holds a record, then hold it: what they changed makes this transaction start again, and be compared.

        Rows are locked in one order, so that two approved actions cannot wait for each other.
        """
        self.env.flush_all()
        for model in sorted({name for name, _ in seen}):
            records = self.env[model].browse(sorted(record_id for name, record_id in seen if name == model))
            records.check_access("read")
            if records:
                self.env.execute_query(
                    SQL(
                        "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR UPDATE",
                        SQL.identifier(self.env[model]._table), tuple(records.ids),
                    )
                )
        self.env.invalidate_all()

    def _differences(self, place, values):
        model, record_id = self._place(place)
        record = self.env[model].browse(record_id)
        if not record.exists():
            yield f"{place}: is gone"
            return
        for name, wanted in sorted(values.items()):
            now = self._plain(record, name)
            same = abs(now - wanted) <= SMALLEST if isinstance(now, float) and isinstance(wanted, (int, float)) else now == wanted
            if not same:
                yield f"{place}: {name} was {wanted!r} and is {now!r}"

    def _plain(self, record, name):
        """A field's value as it travels: ids for relations, text for days and moments, None for nothing."""
        field = record._fields[name]
        value = record[name]
        if field.type == "many2one":
            return value.id or None
        if field.type in ("one2many", "many2many"):
            return sorted(value.ids)
        if field.type == "datetime":
            return fields.Datetime.to_string(value) if value else None
        if field.type == "date":
            return fields.Date.to_string(value) if value else None
        return value if value or field.type in ("boolean", "integer", "float", "monetary") else None
