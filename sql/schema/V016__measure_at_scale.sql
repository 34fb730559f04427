-- Measuring right after a large load: statistics that know of it, and lots only where there are any.
-- In:  the ledger of V001, the order tables of V002, the lots of V006.
-- Out: analyze_written, days_begin, days_end, deplete_lots.

-- The moments at which the first of some days begins and the last one ends in a zone, days being the text of a date array in
-- order; a day of a clock change has its 23 or 25 hours. The planner shall know them before it plans. So the text is read
-- in here: that depends on settings for dates other than these, and outside of what is said to be immutable it would be
-- read again for every row.
create function days_begin(the_days text, the_zone text, days_before integer default 0)
    returns timestamptz language sql immutable parallel safe as $$
    select ((the_days::date[])[1] - days_before)::timestamp at time zone the_zone
$$;
create function days_end(the_days text, the_zone text)
    returns timestamptz language sql immutable parallel safe as $$
    select ((the_days::date[])[cardinality(the_days::date[])] + 1)::timestamp at time zone the_zone
$$;

-- Has the planner's statistics made anew when a run has written a large part of the tables, as in a first load or a backfill.
-- Autovacuum does the same within minutes, but what follows a load does not wait for it. Returns whether it was done.
create function analyze_written(the_run uuid, the_tables regclass[])
    returns boolean language plpgsql as $$
declare
    written bigint := (select sum(chunk.written) from sync_chunk chunk where chunk.run_id = the_run);
    the_table regclass;
begin
    if written < 10000
       or written < 0.1 * (select sum(greatest(reltuples, 0)) from pg_class where oid = any (the_tables)) then
        return false;
    end if;
    foreach the_table in array the_tables loop
        execute format('analyze %s', the_table);
    end loop;
    return true;
end $$;

-- As before, but a store that has no lots is not read at all, and the days' bounds are known when the reading is planned.
create or replace function deplete_lots(the_store text, the_zone text, the_days date[])
    returns integer language plpgsql as $$
declare
    begins       timestamptz := (select min(day) from unnest(the_days) as listed (day))::timestamp at time zone the_zone;
    ends         timestamptz := (select max(day) + 1 from unnest(the_days) as listed (day))::timestamp at time zone the_zone;
    due_variants bigint[];
    due_days     date[];
begin
    -- One at a time for each store; the statements below begin after the wait and see what the other one did.
    perform pg_advisory_xact_lock(hashtextextended('lots of ' || the_store, 0));

    if not exists (select from inventory_lot where store_id = the_store)
       and not exists (select from lot_depletion where store_id = the_store) then
        return 0;
    end if;

    with sold as (
        select sale.variant_id, (sale.sold_at at time zone the_zone)::date as day, sum(sale.units) as units
          from sale_line sale
         where sale.store_id = the_store
           and sale.sold_at >= begins
           and sale.sold_at < ends
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
