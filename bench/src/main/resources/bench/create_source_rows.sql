-- The table that is read, as an application's would be: numbers, money, times, text, JSON and an array, about 400 bytes of JSON a row.
-- In:  {{rows}}
-- Out: source_rows in the database of the merchant, 20 rows to an instant.
create table source_rows (
    id bigint primary key,
    updated_at timestamptz not null,
    created_at timestamptz not null,
    customer_id bigint not null,
    email text,
    title text,
    status text not null,
    currency char(3) not null,
    total numeric(12,2) not null,
    tax numeric(12,2),
    quantity integer not null,
    note text,
    tags text[] not null,
    attributes jsonb not null
);
insert into source_rows
select n,
       timestamptz '2026-01-01 00:00:00+00' + (n / 20) * interval '7.000013 seconds',
       timestamptz '2025-06-01 00:00:00+00' + n * interval '1.5 seconds',
       1 + (n * 7919) % 200003,
       'customer' || (1 + (n * 7919) % 200003) || '@example.com',
       'Article ' || (n % 997) || ' in ' || (array['red', 'blue', 'green', 'black'])[1 + n % 4],
       (array['open', 'paid', 'shipped', 'cancelled'])[1 + (n * 31) % 4],
       (array['EUR', 'USD', 'GBP'])[1 + n % 3],
       ((n * 104729) % 1000000) / 100.0,
       case when n % 5 > 0 then ((n * 104729) % 190000) / 100.0 end,
       1 + n % 9,
       case when n % 4 = 0 then 'Left at the door of number ' || (n * 17) % 300 || ', please ring twice' end,
       array['t' || n % 13, 't' || n % 29],
       jsonb_build_object('channel', (array['web', 'shop', 'phone'])[1 + n % 3], 'weight', (n % 5000) / 1000.0,
                          'ref', md5(n::text))
  from generate_series(bigint '1', {{rows}}) n;
create index on source_rows (updated_at, id);
vacuum (analyze, freeze) source_rows;
