-- The floor: ready-typed rows, nothing decoded, nothing compared.
-- In:  binary COPY rows.
-- Out: the rows inserted.
copy order_line_item (
    store_id, line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title, quantity,
    current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price, presentment_total,
    run_number)
from stdin with (format binary)
