-- Tells whether this database keeps lots.
-- In:  nothing
-- Out: one row (present).
select to_regclass('inventory_lot') is not null and to_regclass('lot_depletion') is not null as present
