-- The floor: ready-typed rows, nothing decoded, nothing compared.
-- In:  binary COPY rows.
-- Out: the rows inserted.
copy order_header (
    store_id, order_id, name, email, customer_id, created_at, updated_at, processed_at, cancelled_at, closed_at,
    test, currency, presentment_currency, financial_status, fulfillment_status, subtotal, total_discounts,
    total_tax, total, current_total, presentment_subtotal, presentment_total_tax, presentment_total, run_number)
from stdin with (format binary)
