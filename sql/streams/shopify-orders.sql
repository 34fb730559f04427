-- Writes one chunk of shopify-orders: orders, line items, children that wait for their parent, dead letters, ledger row.
-- In:  the run and its epoch, the chunk's place in the file, and an array for each column, as streams/shopify-orders.yaml names them
-- Out: the ledger row as it was written; no row when the run was taken over, and then nothing has changed.
--
-- All of it is one statement, so all of it is committed or nothing is. The tempting version upserts every row and counts
-- what came back: it locks and rewrites rows that did not change, and a newer stored row looks like a failure. Here new
-- keys go in first. Only rows that met a stored one are judged against it, and only what differs is written; the conflict
-- clause judges again, under the row's lock, because another run may have written since. Each step goes by key, so that
-- two runs seldom deadlock; when they do, the caller tries the whole statement again.
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), header_in as materialized (
    select unnest(cast(:#header_order_id as int8[])) as order_id,
           unnest(cast(:#header_name as text[])) as name,
           unnest(cast(:#header_email as text[])) as email,
           unnest(cast(:#header_customer_id as int8[])) as customer_id,
           unnest(cast(:#header_created_at as timestamptz[])) as created_at,
           unnest(cast(:#header_updated_at as timestamptz[])) as updated_at,
           unnest(cast(:#header_processed_at as timestamptz[])) as processed_at,
           unnest(cast(:#header_cancelled_at as timestamptz[])) as cancelled_at,
           unnest(cast(:#header_closed_at as timestamptz[])) as closed_at,
           unnest(cast(:#header_test as bool[])) as test,
           unnest(cast(:#header_currency as text[])) as currency,
           unnest(cast(:#header_presentment_currency as text[])) as presentment_currency,
           unnest(cast(:#header_financial_status as text[])) as financial_status,
           unnest(cast(:#header_fulfillment_status as text[])) as fulfillment_status,
           unnest(cast(:#header_subtotal as numeric[])) as subtotal,
           unnest(cast(:#header_total_discounts as numeric[])) as total_discounts,
           unnest(cast(:#header_total_tax as numeric[])) as total_tax,
           unnest(cast(:#header_total as numeric[])) as total,
           unnest(cast(:#header_current_total as numeric[])) as current_total,
           unnest(cast(:#header_presentment_subtotal as numeric[])) as presentment_subtotal,
           unnest(cast(:#header_presentment_total_tax as numeric[])) as presentment_total_tax,
           unnest(cast(:#header_presentment_total as numeric[])) as presentment_total,
           unnest(cast(:#header_ordinal as int4[])) as ordinal
), header_new as materialized (
    -- One statement may not touch a key twice: the newest reading counts, of equal ones the later.
    select distinct on (order_id) *
      from header_in
     order by order_id, updated_at desc, ordinal desc
), familiar as materialized (
    -- A chunk whose first order is stored has probably been loaded before; looking at the rows then spares the attempt.
    select exists (
               select from order_header o
                where o.store_id = :#store_id and o.order_id = (select min(order_id) from header_new)) as known
), header_inserted as (
    insert into order_header (
           store_id, order_id, name, email, customer_id, created_at, updated_at, processed_at, cancelled_at,
           closed_at, test, currency, presentment_currency, financial_status, fulfillment_status, subtotal,
           total_discounts, total_tax, total, current_total, presentment_subtotal, presentment_total_tax,
           presentment_total, run_number)
    select :#store_id,
           order_id, name, email, customer_id, created_at, updated_at, processed_at, cancelled_at, closed_at, test,
           currency, presentment_currency, financial_status, fulfillment_status, subtotal, total_discounts,
           total_tax, total, current_total, presentment_subtotal, presentment_total_tax, presentment_total,
           cast(:#run_number as int8)
      from header_new
     cross join lease
     where not (select known from familiar)
    on conflict (store_id, order_id) do nothing
    returning order_id, updated_at, coalesce(processed_at, created_at) as moment
), header_met as materialized (
    select n.*,
           coalesce(n.processed_at, n.created_at) as moment,
           o.stored_moment, o.stored_version, o.stored_run_number,
           -- Shopify's updated_at has one-second steps, so an equal time may still be a newer row.
           case
               when o.stored_version > n.updated_at then 'stale'
               when (
                        o.name, o.email, o.customer_id, o.created_at, o.updated_at, o.processed_at, o.cancelled_at,
                        o.closed_at, o.test, o.currency, o.presentment_currency, o.financial_status,
                        o.fulfillment_status, o.subtotal, o.total_discounts, o.total_tax, o.total, o.current_total,
                        o.presentment_subtotal, o.presentment_total_tax, o.presentment_total
                    ) is not distinct from (
                        n.name, n.email, n.customer_id, n.created_at, n.updated_at, n.processed_at, n.cancelled_at,
                        n.closed_at, n.test, n.currency, n.presentment_currency, n.financial_status,
                        n.fulfillment_status, n.subtotal, n.total_discounts, n.total_tax, n.total, n.current_total,
                        n.presentment_subtotal, n.presentment_total_tax, n.presentment_total
                    ) and o.deleted_at is null then 'unchanged'
               else 'write'
           end as verdict
      from header_new n
     cross join lease
      -- Row by row through the key: a join could read the whole table for each chunk.
      left join lateral (
           select h.*, greatest(h.updated_at, h.deleted_at) as stored_version, h.run_number as stored_run_number,
                  coalesce(h.processed_at, h.created_at) as stored_moment
             from order_header h
            where h.store_id = :#store_id and h.order_id = n.order_id
            limit 1) o on true
     where n.order_id not in (select order_id from header_inserted)
), header_replaced as (
    insert into order_header as o (
           store_id, order_id, name, email, customer_id, created_at, updated_at, processed_at, cancelled_at,
           closed_at, test, currency, presentment_currency, financial_status, fulfillment_status, subtotal,
           total_discounts, total_tax, total, current_total, presentment_subtotal, presentment_total_tax,
           presentment_total, run_number)
    select :#store_id,
           order_id, name, email, customer_id, created_at, updated_at, processed_at, cancelled_at, closed_at, test,
           currency, presentment_currency, financial_status, fulfillment_status, subtotal, total_discounts,
           total_tax, total, current_total, presentment_subtotal, presentment_total_tax, presentment_total,
           cast(:#run_number as int8)
      from header_met
     where verdict = 'write'
    on conflict (store_id, order_id) do update
       set (name, email, customer_id, created_at, updated_at, processed_at, cancelled_at, closed_at, test, currency,
            presentment_currency, financial_status, fulfillment_status, subtotal, total_discounts, total_tax, total,
            current_total, presentment_subtotal, presentment_total_tax, presentment_total, deleted_at, run_number)
         = (excluded.name, excluded.email, excluded.customer_id, excluded.created_at, excluded.updated_at,
            excluded.processed_at, excluded.cancelled_at, excluded.closed_at, excluded.test, excluded.currency,
            excluded.presentment_currency, excluded.financial_status, excluded.fulfillment_status, excluded.subtotal,
            excluded.total_discounts, excluded.total_tax, excluded.total, excluded.current_total,
            excluded.presentment_subtotal, excluded.presentment_total_tax, excluded.presentment_total, null,
            excluded.run_number)
     where o.updated_at is null or greatest(o.updated_at, o.deleted_at) <= excluded.updated_at
    returning o.order_id
), parent as materialized (
    -- What each line's order is now: as this chunk leaves it, or as it is stored.
    select order_id, updated_at as version, cast(:#run_number as int8) as run_number, moment, true as inserted
      from header_inserted
    union all
    select m.order_id,
           case
               when m.verdict = 'stale' then m.stored_version
               -- Another run has just overtaken the order, and its lines with it.
               when m.verdict = 'write' and r.order_id is null then 'infinity'
               else m.updated_at
           end,
           case m.verdict when 'write' then cast(:#run_number as int8) else m.stored_run_number end,
           m.moment,
           false
      from header_met m
      left join header_replaced r using (order_id)
    union all
    select outside.order_id, o.updated_at, o.run_number, coalesce(o.processed_at, o.created_at), false
      from (select distinct unnest(cast(:#outside_parent_id as int8[])) as order_id) outside
      left join lateral (
           select h.updated_at, h.run_number, h.processed_at, h.created_at
             from order_header h
            where h.store_id = :#store_id and h.order_id = outside.order_id
            limit 1) o on true
), line_in as materialized (
    select unnest(cast(:#line_line_item_id as int8[])) as line_item_id,
           unnest(cast(:#line_product_id as int8[])) as product_id,
           unnest(cast(:#line_variant_id as int8[])) as variant_id,
           unnest(cast(:#line_sku as text[])) as sku,
           unnest(cast(:#line_title as text[])) as title,
           unnest(cast(:#line_variant_title as text[])) as variant_title,
           unnest(cast(:#line_quantity as int4[])) as quantity,
           unnest(cast(:#line_current_quantity as int4[])) as current_quantity,
           unnest(cast(:#line_currency as text[])) as currency,
           unnest(cast(:#line_unit_price as numeric[])) as unit_price,
           unnest(cast(:#line_total as numeric[])) as total,
           unnest(cast(:#line_presentment_currency as text[])) as presentment_currency,
           unnest(cast(:#line_presentment_unit_price as numeric[])) as presentment_unit_price,
           unnest(cast(:#line_presentment_total as numeric[])) as presentment_total,
           unnest(cast(:#line_parent_id as int8[])) as order_id,
           unnest(cast(:#line_parent_version as timestamptz[])) as order_updated_at,
           unnest(cast(:#line_ordinal as int4[])) as ordinal
), line_new as materialized (
    select distinct on (n.line_item_id) n.*, p.run_number as order_run_number,
           -- An order that is twice in one file may have its lines only once, after the older reading: they stay.
           coalesce(p.version > n.order_updated_at
                    and (p.run_number <> cast(:#run_number as int8) or p.version = 'infinity'), false) as stale
      from line_in n
      join parent p using (order_id)
     cross join lease
     order by n.line_item_id, n.order_updated_at desc, n.ordinal desc
), line_inserted as (
    insert into order_line_item (
           store_id, line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title,
           quantity, current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price,
           presentment_total, run_number)
    select :#store_id,
           line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title, quantity,
           current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price,
           presentment_total, cast(:#run_number as int8)
      from line_new
     where not stale
       and not (select known from familiar)
    on conflict (store_id, line_item_id) do nothing
    returning line_item_id, order_id
), line_met as materialized (
    select n.*,
           case
               when o.order_updated_at > n.order_updated_at then 'stale'
               -- A line that is older than the last writing of its order counts as removed, so it goes along with that.
               when (
                        o.order_id, o.order_updated_at, o.product_id, o.variant_id, o.sku, o.title, o.variant_title,
                        o.quantity, o.current_quantity, o.currency, o.unit_price, o.total, o.presentment_currency,
                        o.presentment_unit_price, o.presentment_total
                    ) is not distinct from (
                        n.order_id, n.order_updated_at, n.product_id, n.variant_id, n.sku, n.title, n.variant_title,
                        n.quantity, n.current_quantity, n.currency, n.unit_price, n.total, n.presentment_currency,
                        n.presentment_unit_price, n.presentment_total
                    ) and o.removed_at is null and o.run_number >= n.order_run_number then 'unchanged'
               else 'write'
           end as verdict
      from line_new n
      left join lateral (
           select l.*
             from order_line_item l
            where l.store_id = :#store_id and l.line_item_id = n.line_item_id
            limit 1) o on true
     where not n.stale
       and n.line_item_id not in (select line_item_id from line_inserted)
), line_replaced as (
    insert into order_line_item as o (
           store_id, line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title,
           quantity, current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price,
           presentment_total, run_number)
    select :#store_id,
           line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title, quantity,
           current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price,
           presentment_total, cast(:#run_number as int8)
      from line_met
     where verdict = 'write'
    on conflict (store_id, line_item_id) do update
       set (order_id, order_updated_at, product_id, variant_id, sku, title, variant_title, quantity,
            current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price,
            presentment_total, removed_at, run_number)
         = (excluded.order_id, excluded.order_updated_at, excluded.product_id, excluded.variant_id, excluded.sku,
            excluded.title, excluded.variant_title, excluded.quantity, excluded.current_quantity, excluded.currency,
            excluded.unit_price, excluded.total, excluded.presentment_currency, excluded.presentment_unit_price,
            excluded.presentment_total, null, excluded.run_number)
     where o.order_updated_at is null or o.order_updated_at <= excluded.order_updated_at
    returning o.order_id
), line_written as (
    select order_id from line_inserted
    union all
    select order_id from line_replaced
), spilled as (
    insert into sync_spill (run_id, line_no, parent_id, raw)
    select cast(:#run_id as uuid), s.line_no, s.parent_id, s.raw
      from (select unnest(cast(:#spill_line_no as int8[])) as line_no,
                   unnest(cast(:#spill_parent_id as int8[])) as parent_id,
                   unnest(cast(:#spill_raw as bytea[])) as raw) s
     cross join lease
    returning line_no
), joined as (
    delete from sync_spill s
     using lease
     where s.run_id = cast(:#run_id as uuid) and s.line_no = any (cast(:#joined_line_no as int8[]))
), letter_in as materialized (
    select unnest(cast(:#letter_record_key as text[])) as record_key,
           unnest(cast(:#letter_parent_key as text[])) as parent_key,
           unnest(cast(:#letter_line_no as int8[])) as line_no,
           unnest(cast(:#letter_reason_code as text[])) as reason_code,
           unnest(cast(:#letter_reason as text[])) as reason,
           unnest(cast(:#letter_version as timestamptz[])) as version,
           unnest(cast(:#letter_raw as bytea[])) as raw,
           unnest(cast(:#letter_raw_sha256 as bytea[])) as raw_sha256
), letter_written as (
    insert into dead_letter as d (
           store_id, stream, record_key, parent_key, run_id, run_number, line_no, reason_code, reason, version, raw, raw_sha256)
    select distinct on (n.record_key)
           :#store_id, :#stream, n.record_key, n.parent_key, cast(:#run_id as uuid), cast(:#run_number as int8), n.line_no,
           case when n.reason_code = 'orphan' and parent.record_key is not null then 'parent_set_aside' else n.reason_code end,
           case when n.reason_code = 'orphan' and parent.record_key is not null then 'the parent is set aside itself' else n.reason end,
           n.version, n.raw, n.raw_sha256
      from letter_in n
     cross join lease
      left join lateral (
           select p.record_key
             from dead_letter p
            where p.store_id = :#store_id and p.stream = :#stream and p.record_key = n.parent_key
              and p.state in ('open', 'discarded')
            limit 1) parent on true
     -- What an operator has discarded stays so until other bytes arrive.
     where not exists (
           select from dead_letter p
            where p.store_id = :#store_id and p.stream = :#stream and p.record_key = n.record_key
              and p.state = 'discarded' and p.raw_sha256 = n.raw_sha256)
     order by n.record_key, n.line_no desc
    on conflict (store_id, stream, record_key) where state = 'open' do update
       set (parent_key, run_id, run_number, line_no, reason_code, reason, version, raw, raw_sha256, attempts, last_seen_at)
         = (excluded.parent_key, excluded.run_id, excluded.run_number, excluded.line_no, excluded.reason_code, excluded.reason,
            excluded.version, excluded.raw, excluded.raw_sha256, d.attempts + 1, now())
), counted as materialized (
    select (select count(*) from header_in) + (select count(*) from line_in) as records,
           (select count(*) from header_inserted) + (select count(*) from header_replaced) + (select count(*) from line_written) as written,
           (select count(*) from header_met where verdict = 'unchanged') + (select count(*) from line_met where verdict = 'unchanged')
           -- The same record twice in one chunk, alike in everything.
           + case when (select count(*) from header_in) = (select count(*) from header_new) then 0 else (
               select count(*)
                 from header_in i
                 join header_new n using (order_id)
                where i.ordinal <> n.ordinal
                  and (
                        i.name, i.email, i.customer_id, i.created_at, i.updated_at, i.processed_at, i.cancelled_at,
                        i.closed_at, i.test, i.currency, i.presentment_currency, i.financial_status,
                        i.fulfillment_status, i.subtotal, i.total_discounts, i.total_tax, i.total, i.current_total,
                        i.presentment_subtotal, i.presentment_total_tax, i.presentment_total
                      ) is not distinct from (
                        n.name, n.email, n.customer_id, n.created_at, n.updated_at, n.processed_at, n.cancelled_at,
                        n.closed_at, n.test, n.currency, n.presentment_currency, n.financial_status,
                        n.fulfillment_status, n.subtotal, n.total_discounts, n.total_tax, n.total, n.current_total,
                        n.presentment_subtotal, n.presentment_total_tax, n.presentment_total
                      )) end
           + case when (select count(*) from line_in) = (select count(*) from line_new) then 0 else (
               select count(*)
                 from line_in i
                 join line_new n using (line_item_id)
                where i.ordinal <> n.ordinal
                  and (
                        i.order_id, i.order_updated_at, i.product_id, i.variant_id, i.sku, i.title, i.variant_title,
                        i.quantity, i.current_quantity, i.currency, i.unit_price, i.total, i.presentment_currency,
                        i.presentment_unit_price, i.presentment_total
                      ) is not distinct from (
                        n.order_id, n.order_updated_at, n.product_id, n.variant_id, n.sku, n.title, n.variant_title,
                        n.quantity, n.current_quantity, n.currency, n.unit_price, n.total, n.presentment_currency,
                        n.presentment_unit_price, n.presentment_total
                      )) end as unchanged,
           (select count(*) from letter_in) as set_aside,
           (select count(*) from spilled) as spilled,
           (select count(*) from header_met cross join familiar where stored_version is not null or not known) as replaced,
           -- Days whose sales may have changed: where an order was and where it is now.
           array(select distinct cast(touched.moment at time zone :#shop_time_zone as date)
                   from (select moment from header_inserted
                         union all
                         select unnest(array[m.moment, m.stored_moment]) from header_met m join header_replaced using (order_id)
                         union all
                         select p.moment
                           from parent p
                          where not p.inserted and p.order_id in (select order_id from line_written)) touched
                  where touched.moment is not null) as touched_days
)
insert into sync_chunk (
       run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled,
       max_version, min_version, replaced, touched_days, epoch)
select cast(:#run_id as uuid), :#phase, cast(:#first_line as int8), cast(:#lines as int8), cast(:#roots as int8),
       written, unchanged, records - written - unchanged, set_aside, spilled,
       cast(nullif(:#max_version, '') as timestamptz), cast(nullif(:#min_version, '') as timestamptz),
       replaced, touched_days, lease.epoch
  from counted
 cross join lease
returning lines, written, unchanged, stale, set_aside, spilled
