-- Sets, for one transaction on the source, how values are written and where the page begins and ends.
-- In:  ? value, ? cursor (of the last row that is archived), ? bound (highest value to read); empty where there is none
-- Out: one row, of no interest.
--
-- COPY takes no parameters, so the page's position travels in settings, and never as text of the statement.
select set_config('TimeZone', 'UTC', true),
       set_config('DateStyle', 'ISO, YMD', true),
       set_config('IntervalStyle', 'postgres', true),
       set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true),
       set_config('client_encoding', 'UTF8', true),
       set_config('statement_timeout', '0', true),
       -- Compiling each page's statement anew costs more than it saves.
       set_config('jit', 'off', true),
       set_config('transaction_read_only', 'on', true),
       set_config('tidemark.value', ?, true),
       set_config('tidemark.cursor', ?, true),
       set_config('tidemark.bound', ?, true)
