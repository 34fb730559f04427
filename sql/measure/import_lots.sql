-- Takes receipts in, each once, and lets the days they change use them up.
-- In:  store, lots: a JSON array of {line, lot_id, product_id, variant_id, received_at, quantity, unit_cost, currency,
--      reference}; product_id and reference may be null, received_at may be a date.
-- Out: one row: JSON text {"items": [{line, lot_id, outcome, reason}, ...]}, outcome being imported, corrected, unchanged
--      or refused.
select cast(json_build_object('items', coalesce(json_agg(json_build_object(
           'line', taken.line, 'lot_id', taken.lot_id, 'outcome', taken.outcome, 'reason', taken.reason)), '[]')) as text)
  from import_lots(cast(:#store as text), cast(:#lots as jsonb)) as taken
