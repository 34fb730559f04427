-- What 'tidemark doctor' wants to know of a database before anything is started.
-- In:  nothing.
-- Out: one row: version, encoding, whether the role may write and create here, the database's clock, open connections.
select current_setting('server_version_num')::int / 10000                              as major_version,
       current_setting('server_version')                                               as server_version,
       current_setting('server_encoding')                                              as encoding,
       pg_is_in_recovery() or current_setting('transaction_read_only')::boolean        as read_only,
       coalesce(has_schema_privilege(current_schema(), 'create'), false)               as may_create,
       coalesce(has_table_privilege(to_regclass('sync_run'), 'insert'), false)         as may_write,
       clock_timestamp()                                                               as clock,
       current_user::text                                                              as role_name,
       current_setting('max_connections')::int
           - (select count(*) from pg_stat_activity where backend_type = 'client backend')::int as free_connections
