-- Gives a store's key for fingerprints, and makes it when there is none.
-- In:  store, a new key
-- Out: one row (key).
insert into erasure_key as k (store_id, key) values (?, ?)
    on conflict (store_id) do update set key = k.key
returning key
