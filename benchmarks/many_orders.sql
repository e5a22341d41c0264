-- Turns a copy of the seeded demo into a busy distributor: everything on paper (orders, transfers, moves, purchases, messages)
-- COPIES times over, the goods (products, lots, stock) once per FAMILY copies, so that many orders want the same product.
-- Run in the copy alone, with psql variables `copies` and `family`. Ids of copy k are the old ones plus k million.
SELECT set_config('bench.copies', :'copies', false), set_config('bench.family', :'family', false);

DO $$
DECLARE
    copies int := current_setting('bench.copies');
    family int := current_setting('bench.family');
    step constant int := 1000000;
    goods constant text[] := '{product_template,product_product,product_supplierinfo,stock_lot,stock_quant}';
    papers constant text[] := '{stock_reference,sale_order,sale_order_line,purchase_order,purchase_order_line,stock_picking,stock_move,
        stock_move_line,mail_message,mail_activity}';
    spoken constant text := '(''sale.order'',''stock.picking'',''purchase.order'')';
    tables text[] := goods || papers;
    linked text[];
    one text;
    cols text;
    vals text;
    source text;
    k int;
BEGIN
    SET LOCAL session_replication_role = replica;  -- no foreign key is checked row by row: all of them move together
    -- relations between two of these, in tables without an id of their own
    SELECT array_agg(DISTINCT c.conrelid::regclass::text) INTO linked FROM pg_constraint c
    WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(tables)
      AND c.conrelid::regclass::text ~ '^[a-z_]+$'
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attname = 'id');
    FOREACH one IN ARRAY tables || linked LOOP
        EXECUTE format('CREATE TEMP TABLE %I AS SELECT * FROM %I %s', 'was_' || one, one, CASE one
            WHEN 'mail_message' THEN 'WHERE model IN ' || spoken
            WHEN 'mail_activity' THEN 'WHERE res_model IN ' || spoken ELSE '' END);
    END LOOP;
    FOR k IN 1 .. copies - 1 LOOP
        FOREACH one IN ARRAY tables || linked LOOP
            CONTINUE WHEN one = ANY(goods) AND k % family <> 0;
            -- what hangs on goods alone is copied with them
            CONTINUE WHEN one = ANY(linked) AND k % family <> 0 AND NOT EXISTS (
                SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = one::regclass AND c.confrelid::regclass::text = ANY(papers));
            SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                   string_agg(CASE
                       WHEN a.attname = 'id' THEN format('id + %s', step * CASE WHEN one = ANY(goods) THEN k / family ELSE k END)
                       WHEN target = ANY(papers) THEN format('%I + %s', a.attname, step * k)
                       WHEN target = ANY(goods) THEN format('%I + %s', a.attname, step * (k / family))
                       WHEN one IN ('mail_message', 'mail_activity') AND a.attname = 'res_id' THEN format('res_id + %s', step * k)
                       WHEN one IN ('sale_order', 'purchase_order') AND a.attname = 'name'
                           THEN format('regexp_replace(name, ''^([SP])(\d+)$'', ''\1%s\2'')', k)
                       WHEN one = 'stock_picking' AND a.attname = 'name' THEN format('name || ''.%s''', k)
                       ELSE quote_ident(a.attname) END, ', ' ORDER BY a.attnum)
            INTO cols, vals
            FROM pg_attribute a
            LEFT JOIN LATERAL (
                SELECT c.confrelid::regclass::text AS target FROM pg_constraint c
                WHERE c.contype = 'f' AND c.conrelid = a.attrelid AND c.conkey = ARRAY[a.attnum]
            ) points ON true
            WHERE a.attrelid = one::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
            EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I', one, cols, vals, 'was_' || one);
        END LOOP;
    END LOOP;
    -- the shelf of a family holds what all its copies hold and reserve
    UPDATE stock_quant SET quantity = quantity * (least(copies - share * family, family)),
        reserved_quantity = reserved_quantity * (least(copies - share * family, family))
    FROM (SELECT id AS quant, id / step AS share FROM stock_quant) AS shares WHERE shares.quant = id;
    FOREACH one IN ARRAY tables LOOP
        EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, ''id''), (SELECT max(id) FROM %I))', one, one);
    END LOOP;
END $$;
ANALYZE;
