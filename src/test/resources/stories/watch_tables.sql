-- What the oracles need beside the product's tables: the source's truth, what object storage really holds, and watchers
-- that note every change of a mark, a lease and a row's version in the order they happened.
-- In:  a migrated database.
-- Out: the schema truth; nothing of it is known to the product.
create schema truth;

-- As of when the truth is read, and what the settings of the runs were.
create table truth.setting (
    store_id text     not null,
    stream   text     not null,
    overlap  interval not null
);

-- Every version of every order the source ever had; of an order, the highest version_no is the current one. The documents
-- are named like the columns that should hold their values.
create table truth.order_version (
    order_id   bigint      not null,
    version_no integer     not null,
    updated_at timestamptz not null,
    -- Whether searches of the source find it by now.
    visible    boolean     not null,
    deleted    boolean     not null,
    document   jsonb       not null,
    primary key (order_id, version_no)
);

create table truth.line_version (
    order_id     bigint  not null,
    version_no   integer not null,
    line_item_id bigint  not null,
    document     jsonb   not null,
    primary key (order_id, version_no, line_item_id)
);

-- Takes a version as the source tells it; the lines are part of it.
create function truth.note_version(version_no integer, version jsonb, source_now timestamptz) returns void language sql as $$
    insert into truth.order_version
    select (version ->> 'order_id')::bigint, version_no, (version ->> 'updated_at')::timestamptz,
           (version ->> 'visible_at')::timestamptz <= source_now, version ->> 'deleted_at' is not null, version
     where (version ->> 'committed_at')::timestamptz <= source_now;
    insert into truth.line_version
    select (version ->> 'order_id')::bigint, version_no, (line ->> 'line_item_id')::bigint, line
      from jsonb_array_elements(version -> 'line_items') line
     where (version ->> 'committed_at')::timestamptz <= source_now;
$$;

-- What object storage holds, counted from the objects themselves.
create table truth.archive (
    run_id uuid   not null primary key,
    lines  bigint not null,
    sha256 text   not null
);
create table truth.archived_order (
    run_id     uuid        not null,
    order_id   bigint      not null,
    updated_at timestamptz
);

create sequence truth.log_number;

create table truth.watermark_log (
    log_number bigint      not null primary key default nextval('truth.log_number'),
    store_id   text        not null,
    stream     text        not null,
    value      timestamptz not null,
    run_id     uuid,
    epoch      bigint
);
create table truth.lease_log (
    log_number bigint not null primary key default nextval('truth.log_number'),
    store_id   text   not null,
    stream     text   not null,
    run_id     uuid   not null,
    epoch      bigint not null
);
create table truth.version_log (
    log_number     bigint      not null primary key default nextval('truth.log_number'),
    record         text        not null,
    version_before timestamptz,
    version_after  timestamptz
);

create function truth.note_watermark() returns trigger language plpgsql as $$
begin
    insert into truth.watermark_log (store_id, stream, value, run_id, epoch)
    values (new.store_id, new.stream, new.value, new.run_id, new.epoch);
    return null;
end $$;
create trigger note_watermark after insert or update on sync_watermark
    for each row execute function truth.note_watermark();

create function truth.note_lease() returns trigger language plpgsql as $$
begin
    insert into truth.lease_log (store_id, stream, run_id, epoch)
    values (new.store_id, new.stream, new.run_id, new.epoch);
    return null;
end $$;
create trigger note_lease after insert or update of epoch on sync_lease
    for each row execute function truth.note_lease();

create function truth.note_order() returns trigger language plpgsql as $$
begin
    insert into truth.version_log (record, version_before, version_after)
    values ('order ' || old.order_id, old.updated_at, case when tg_op = 'UPDATE' then new.updated_at end);
    return null;
end $$;
create trigger note_order after update or delete on order_header
    for each row execute function truth.note_order();

create function truth.note_line() returns trigger language plpgsql as $$
begin
    insert into truth.version_log (record, version_before, version_after)
    values ('line ' || old.line_item_id, old.order_updated_at, case when tg_op = 'UPDATE' then new.order_updated_at end);
    return null;
end $$;
create trigger note_line after update or delete on order_line_item
    for each row execute function truth.note_line();

-- The newest version of each order that must be in the tables, when everything up to a moment must be: what a declared gap
-- excludes is not promised, and what a person discarded is not missing.
create function truth.due(moment timestamptz, visible_only boolean)
returns setof truth.order_version language sql stable as $$
    select distinct on (v.order_id) v.*
      from truth.order_version v
      join truth.setting s on true
     where v.updated_at <= moment
       and (v.visible or not visible_only)
       and not exists (select 1 from sync_gap g
                        where g.store_id = s.store_id and g.stream = s.stream and g.state = 'open'
                          and v.updated_at >= coalesce(g.gap_from, '-infinity') and v.updated_at < g.gap_to)
       and not exists (select 1 from truth.order_version d where d.order_id = v.order_id and d.deleted)
       and not exists (select 1 from dead_letter l
                        where l.store_id = s.store_id and l.stream = s.stream
                          and (l.state = 'discarded' or visible_only and l.state = 'open')
                          and (l.record_key ~ (':' || v.order_id || '$') or l.parent_key ~ (':' || v.order_id || '$')
                               or exists (select 1 from truth.line_version t
                                           where t.order_id = v.order_id and l.record_key ~ (':' || t.line_item_id || '$'))))
     order by v.order_id, v.updated_at desc, v.version_no desc;
$$;

-- How a stored order differs from one version of the source, in any column; null when it does not, or when a newer version
-- is stored.
create function truth.difference(v truth.order_version) returns text language sql stable as $$
    select case
        when h.order_id is null then 'is missing'
        when h.updated_at is null or h.updated_at < v.updated_at then 'is stored as of ' || coalesce(h.updated_at::text, 'never')
        when h.updated_at > v.updated_at then null
        when stored.columns <> source.columns then (
            select 'has other values: ' || string_agg(format('%s stored %s, source %s', key, stored.columns -> key, source.columns -> key), ', ')
              from jsonb_object_keys(source.columns) key
             where stored.columns -> key <> source.columns -> key)
        else (
            select 'has other lines: ' || string_agg(format('%s stored %s, source %s', line_item_id, i.columns, t.columns), '; ')
              from (select line_item_id,
                           to_jsonb(l) - '{store_id,order_id,order_updated_at,removed_at,run_number}'::text[] as columns
                      from order_line_item l
                     where l.store_id = s.store_id and l.order_id = v.order_id and l.removed_at is null) i
              full join (select line_item_id,
                                to_jsonb(jsonb_populate_record(null::order_line_item, document))
                                    - '{store_id,order_id,order_updated_at,removed_at,run_number}'::text[] as columns
                           from truth.line_version
                          where order_id = v.order_id and version_no = v.version_no) t using (line_item_id)
             where i.columns is distinct from t.columns)
        end
      from truth.setting s
      left join order_header h on h.store_id = s.store_id and h.order_id = v.order_id
     cross join lateral (select to_jsonb(h) - '{store_id,deleted_at,run_number}'::text[] as columns) stored
     cross join lateral (select to_jsonb(jsonb_populate_record(null::order_header, v.document))
                                    - '{store_id,deleted_at,run_number}'::text[] as columns) source;
$$;
