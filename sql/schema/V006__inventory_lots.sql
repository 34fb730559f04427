-- What was received and at what cost, which of it each day's sales used up, and what was in stock each day.
-- In:  sale_line of V003.
-- Out: inventory_lot, lot_depletion, lot_day, inventory_snapshot, and the functions that keep the first three in step.

create table inventory_lot (
    store_id    text        not null,
    lot_id      text        not null check (lot_id <> ''),
    product_id  bigint,
    variant_id  bigint      not null,
    received_at timestamptz not null,
    quantity    integer     not null check (quantity > 0),
    -- What no day has used up yet.
    remaining   integer     not null check (remaining >= 0),
    unit_cost   numeric     not null check (unit_cost >= 0),
    currency    text        not null,
    reference   text,
    imported_at timestamptz not null default now(),
    primary key (store_id, lot_id)
);
create index inventory_lot_variant on inventory_lot (store_id, variant_id, received_at, lot_id);
comment on table inventory_lot is 'A receipt. Lots of one variant have one currency.';

create table lot_depletion (
    store_id      text    not null,
    depletion_id  bigint  not null generated always as identity,
    -- The day as YYYYMMDD; null for what was written off by hand, which may happen twice on a day.
    source_ref_id integer,
    day           date    not null,
    product_id    bigint,
    variant_id    bigint  not null,
    -- Null: sold, but no lot was there for it.
    lot_id        text,
    quantity      integer not null check (quantity > 0),
    unit_cost     numeric,
    cost          numeric,
    currency      text,
    primary key (store_id, depletion_id),
    foreign key (store_id, lot_id) references inventory_lot,
    check (source_ref_id = extract(year from day) * 10000 + extract(month from day) * 100 + extract(day from day))
);
-- A day depletes a lot once, however often it is computed.
create unique index lot_depletion_once_a_day on lot_depletion (store_id, source_ref_id, variant_id, lot_id)
    nulls not distinct where source_ref_id is not null;
create index lot_depletion_variant on lot_depletion (store_id, variant_id, day);
create index lot_depletion_of_day on lot_depletion (store_id, day);

-- How often the depletion of a day has changed, and the change that measurement.sales has last been written for.
create table lot_day (
    store_id          text   not null,
    day               date   not null,
    revision          bigint not null,
    measured_revision bigint not null default 0,
    primary key (store_id, day)
);
create index lot_day_due on lot_day (store_id, day) where revision <> measured_revision;

create table inventory_snapshot (
    store_id          text        not null,
    -- The day as YYYYMMDD; null for a count that somebody entered by hand.
    source_ref_id     integer,
    snapshot_id       bigint      not null generated always as identity,
    day               date        not null,
    inventory_item_id bigint      not null,
    location_id       bigint      not null,
    available         bigint,
    on_hand           bigint,
    committed         bigint,
    incoming          bigint,
    taken_at          timestamptz not null default now(),
    primary key (store_id, snapshot_id),
    check (source_ref_id = extract(year from day) * 10000 + extract(month from day) * 100 + extract(day from day))
);
create unique index inventory_snapshot_once_a_day on inventory_snapshot
    (store_id, source_ref_id, inventory_item_id, location_id) where source_ref_id is not null;

-- The zone in which the store counts its days: as its latest run was told.
create function store_zone(the_store text) returns text language sql stable
return coalesce((select run.shop_time_zone
                   from sync_run run
                  where run.store_id = the_store and run.shop_time_zone is not null
                  order by run.initiated_at desc, run.run_id desc
                  limit 1), 'UTC');

-- Computes the depletion of the variants again, each from its day on, and returns how many days changed.
--
-- First in, first out needs no walk from day to day. Lay the lots of a variant end to end in the order they were received,
-- and the units of its days end to end: each day uses the lots that lie beside it. What is oversold uses none. Up to a
-- day, so many units are oversold as sales have ever been ahead of receipts:
--
--     oversold_to = the largest of (sold_to - received_to) so far, or 0;   served_to = sold_to - oversold_to
--
-- Tempting and wrong: laying all units beside all lots. That would serve Monday's sales with what came on Tuesday.
-- So the result depends on lots and sales alone, and not on which day was computed first or how often.
create function redeplete_lots(the_store text, the_zone text, the_variants bigint[], from_days date[])
    returns integer language plpgsql as $$
declare
    changed_days integer;
begin
    -- Tables with statistics instead of parts of the statement: without them a first load over all of history is
    -- planned as if it were a handful of rows, and takes minutes.
    create temporary table redeplete_due on commit drop as
    select variant_id, min(from_day) as from_day
      from unnest(the_variants, from_days) as due (variant_id, from_day)
     group by variant_id;

    create temporary table redeplete_lot on commit drop as
    with written_off as (
        select lot_id, sum(quantity) as quantity
          from lot_depletion
         where store_id = the_store and source_ref_id is null
         group by lot_id
    )
    select lot.variant_id, lot.lot_id, lot.product_id, lot.unit_cost, lot.currency, available.quantity,
           (lot.received_at at time zone the_zone)::date as received_on,
           sum(available.quantity) over fifo - available.quantity as begins,
           sum(available.quantity) over fifo as ends
      from inventory_lot lot
      left join written_off on written_off.lot_id = lot.lot_id
     cross join lateral (select greatest(lot.quantity - coalesce(written_off.quantity, 0), 0) as quantity) available
     where lot.store_id = the_store and lot.variant_id = any (the_variants)
    window fifo as (partition by lot.variant_id order by lot.received_at, lot.lot_id);

    create temporary table redeplete_sold on commit drop as
    select sale.variant_id, (sale.sold_at at time zone the_zone)::date as day, sum(sale.units) as units
      from sale_line sale
     where sale.store_id = the_store
       and sale.sold_at >= (select min(from_day) from redeplete_due)::timestamp at time zone the_zone
       and sale.variant_id = any (the_variants)
     group by sale.variant_id, (sale.sold_at at time zone the_zone)::date
    having sum(sale.units) > 0;

    analyze redeplete_due;
    analyze redeplete_lot;
    analyze redeplete_sold;

    with due as (
        select variant_id, from_day from redeplete_due
    ), lot as (
        select * from redeplete_lot
    ), sold as (
        select sold.variant_id, sold.day, sold.units
          from redeplete_sold sold
          join redeplete_due due on due.variant_id = sold.variant_id
         where sold.day >= due.from_day
    ), before as (
        select due.variant_id,
               coalesce(sum(earlier.quantity) filter (where earlier.lot_id is not null), 0) as served,
               coalesce(sum(earlier.quantity) filter (where earlier.lot_id is null), 0) as oversold
          from due
          left join lot_depletion earlier on earlier.store_id = the_store
                                         and earlier.variant_id = due.variant_id
                                         and earlier.day < due.from_day
                                         and earlier.source_ref_id is not null
         group by due.variant_id
    ), event as (
        select variant_id, day, sum(units) as units, sum(received) as received
          from (select variant_id, day, units, 0 as received from sold
                 union all
                -- What came before the first day to compute was there on that day.
                select lot.variant_id, greatest(lot.received_on, due.from_day), 0, lot.quantity
                  from lot join due on due.variant_id = lot.variant_id) as moved
         group by variant_id, day
    ), counted as (
        select event.variant_id, event.day, before.served, before.oversold,
               before.served + before.oversold + sum(event.units) over so_far as sold_to,
               sum(event.received) over so_far as received_to
          from event
          join before on before.variant_id = event.variant_id
        window so_far as (partition by event.variant_id order by event.day)
    ), judged as (
        select counted.*,
               greatest(counted.oversold,
                        max(sold_to - received_to) over (partition by variant_id order by day)) as oversold_to
          from counted
    ), laid as (
        select variant_id, day, sold_to - oversold_to as served_to,
               lag(sold_to - oversold_to, 1, served) over earlier as served_from,
               oversold_to - lag(oversold_to, 1, oversold) over earlier as oversold_units
          from judged
        window earlier as (partition by variant_id order by day)
    ), depleted as (
        select laid.variant_id, laid.day, lot.lot_id, lot.product_id, lot.unit_cost, lot.currency,
               least(lot.ends, laid.served_to) - greatest(lot.begins, laid.served_from) as quantity
          from laid
          join lot on lot.variant_id = laid.variant_id
                  and lot.begins < laid.served_to and lot.ends > laid.served_from
                  and lot.quantity > 0
         where laid.served_to > laid.served_from
         union all
        select laid.variant_id, laid.day, null, known.product_id, null, null, laid.oversold_units
          from laid
          join (select variant_id, min(product_id) as product_id from lot group by variant_id) known
            on known.variant_id = laid.variant_id
         where laid.oversold_units > 0
    ), stored as (
        select stored.*
          from due
          join lot_depletion stored on stored.store_id = the_store
                                   and stored.variant_id = due.variant_id
                                   and stored.day >= due.from_day
                                   and stored.source_ref_id is not null
    ), removed as (
        delete from lot_depletion gone
         using stored
          left join depleted on depleted.variant_id = stored.variant_id
                            and depleted.day = stored.day
                            -- No lot has the empty name; unlike "is not distinct from", this can be hashed.
                            and coalesce(depleted.lot_id, '') = coalesce(stored.lot_id, '')
         where depleted.variant_id is null
           and gone.store_id = the_store
           and gone.depletion_id = stored.depletion_id
        returning gone.day
    ), written as (
        insert into lot_depletion as known
               (store_id, source_ref_id, day, product_id, variant_id, lot_id, quantity, unit_cost, cost, currency)
        select the_store, to_char(depleted.day, 'YYYYMMDD')::integer, depleted.day, depleted.product_id,
               depleted.variant_id, depleted.lot_id, depleted.quantity, depleted.unit_cost,
               depleted.unit_cost * depleted.quantity, depleted.currency
          from depleted
          left join stored on stored.variant_id = depleted.variant_id
                          and stored.day = depleted.day
                          and coalesce(stored.lot_id, '') = coalesce(depleted.lot_id, '')
         -- What stays as it was is not even locked.
         where stored.variant_id is null
            or (stored.product_id, stored.quantity, stored.unit_cost, stored.currency)
               is distinct from (depleted.product_id, depleted.quantity, depleted.unit_cost, depleted.currency)
            on conflict (store_id, source_ref_id, variant_id, lot_id) where source_ref_id is not null do update
           set product_id = excluded.product_id,
               quantity = excluded.quantity,
               unit_cost = excluded.unit_cost,
               cost = excluded.cost,
               currency = excluded.currency
        returning known.day
    ), changed as (
        insert into lot_day as noted (store_id, day, revision)
        select the_store, day, 1
          from (select day from removed union select day from written) as of_day
            on conflict (store_id, day) do update set revision = noted.revision + 1
        returning day
    )
    select count(*) into changed_days from changed;

    update inventory_lot lot
       set remaining = lot.quantity - coalesce(used.quantity, 0)
      from inventory_lot named
      left join (select lot_id, sum(quantity) as quantity
                   from lot_depletion
                  where store_id = the_store and variant_id = any (the_variants)
                  group by lot_id) used on used.lot_id = named.lot_id
     where named.store_id = the_store
       and named.variant_id = any (the_variants)
       and lot.store_id = named.store_id
       and lot.lot_id = named.lot_id
       and lot.remaining is distinct from lot.quantity - coalesce(used.quantity, 0);
    drop table redeplete_due, redeplete_lot, redeplete_sold;
    return changed_days;
end $$;

-- Brings the depletion up to date after the sales of some days may have changed, and returns how many days changed.
-- Variants without any lot are left alone. Where a day's units are the same as before, nothing is computed.
create function deplete_lots(the_store text, the_zone text, the_days date[])
    returns integer language plpgsql as $$
declare
    due_variants bigint[];
    due_days     date[];
begin
    -- One at a time for each store; the statements below begin after the wait and see what the other one did.
    perform pg_advisory_xact_lock(hashtextextended('lots of ' || the_store, 0));

    with sold as (
        select sale.variant_id, (sale.sold_at at time zone the_zone)::date as day, sum(sale.units) as units
          from sale_line sale
         where sale.store_id = the_store
           and sale.sold_at >= (select min(day) from unnest(the_days) as listed (day))::timestamp at time zone the_zone
           and sale.sold_at < (select max(day) + 1 from unnest(the_days) as listed (day))::timestamp at time zone the_zone
           and (sale.sold_at at time zone the_zone)::date = any (the_days)
           and exists (select from inventory_lot lot
                        where lot.store_id = the_store and lot.variant_id = sale.variant_id)
         group by 1, 2
        having sum(sale.units) > 0
    ), depleted as (
        select variant_id, day, sum(quantity) as units
          from lot_depletion
         where store_id = the_store and day = any (the_days) and source_ref_id is not null
         group by variant_id, day
    ), due as (
        select variant_id, min(day) as from_day
          from sold
          full join depleted using (variant_id, day)
         where sold.units is distinct from depleted.units
         group by variant_id
    )
    select array_agg(variant_id), array_agg(from_day) into due_variants, due_days from due;

    if due_variants is null then
        return 0;
    end if;
    return redeplete_lots(the_store, the_zone, due_variants, due_days);
end $$;

-- Takes receipts in, each once, and computes the days that they change. A lot that is there with other values is
-- corrected. Returns for each line what became of it: imported, corrected, unchanged or refused, and why.
create function import_lots(the_store text, the_lots jsonb)
    returns table (line bigint, lot_id text, outcome text, reason text) language plpgsql as $$
#variable_conflict use_column
declare
    the_zone     text := store_zone(the_store);
    due_variants bigint[];
    due_days     date[];
begin
    perform pg_advisory_xact_lock(hashtextextended('lots of ' || the_store, 0));

    create temporary table lot_import on commit drop as
    select given.line, given.lot_id, given.product_id, given.variant_id, moment.received_at, given.quantity,
           given.unit_cost, given.currency, given.reference,
           stored.lot_id is not null as known,
           stored.variant_id as old_variant_id, stored.received_at as old_received_at,
           (given.product_id, given.variant_id, moment.received_at, given.quantity, given.unit_cost, given.currency,
            given.reference)
               is not distinct from (stored.product_id, stored.variant_id, stored.received_at, stored.quantity,
                                     stored.unit_cost, stored.currency, stored.reference) as same,
           not exists (select from inventory_lot tracked
                        where tracked.store_id = the_store and tracked.variant_id = given.variant_id) as first_of_variant,
           coalesce((select min(other.currency)
                       from inventory_lot other
                      where other.store_id = the_store and other.variant_id = given.variant_id
                        and other.lot_id <> given.lot_id),
                    first_value(given.currency) over (partition by given.variant_id order by given.line)) as must_be
      from jsonb_to_recordset(the_lots) as given (line bigint, lot_id text, product_id bigint, variant_id bigint,
                                                  received_at text, quantity integer, unit_cost numeric, currency text,
                                                  reference text)
      -- A date without a time begins in the shop's zone.
     cross join lateral (
           select case when length(given.received_at) = 10 then given.received_at::date::timestamp at time zone the_zone
                       else given.received_at::timestamptz end as received_at) moment
      left join inventory_lot stored on stored.store_id = the_store and stored.lot_id = given.lot_id;

    insert into inventory_lot as stored
           (store_id, lot_id, product_id, variant_id, received_at, quantity, remaining, unit_cost, currency, reference)
    select the_store, lot_id, product_id, variant_id, received_at, quantity, quantity, unit_cost, currency, reference
      from lot_import
     where not same and currency = must_be
        on conflict (store_id, lot_id) do update
       set product_id = excluded.product_id,
           variant_id = excluded.variant_id,
           received_at = excluded.received_at,
           quantity = excluded.quantity,
           remaining = excluded.quantity,
           unit_cost = excluded.unit_cost,
           currency = excluded.currency,
           reference = excluded.reference;

    select array_agg(variant_id), array_agg(from_day)
      into due_variants, due_days
      from (
        -- Until its first lot came, a variant's sales were not followed at all.
        select variant_id,
               case when first_of_variant then '-infinity'::date
                    else (received_at at time zone the_zone)::date end as from_day
          from lot_import
         where not same and currency = must_be
         union all
        select old_variant_id,
               case when exists (select from inventory_lot left_over
                                  where left_over.store_id = the_store and left_over.variant_id = old_variant_id)
                    then (old_received_at at time zone the_zone)::date else '-infinity'::date end
          from lot_import
         where known and not same and currency = must_be) as touched;

    if due_variants is not null then
        perform redeplete_lots(the_store, the_zone, due_variants, due_days);
    end if;

    return query
    select lot_import.line,
           lot_import.lot_id,
           case when not same and currency <> must_be then 'refused'
                when same then 'unchanged'
                when known then 'corrected'
                else 'imported' end,
           case when not same and currency <> must_be
                then 'the lots of variant ' || variant_id || ' are in ' || must_be || ', this one is in ' || currency end
      from lot_import
     order by lot_import.line;
    drop table lot_import;
end $$;
