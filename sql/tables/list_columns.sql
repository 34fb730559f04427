-- Describes the columns of a table in the source's catalog.
-- In:  ? the table's oid
-- Out: a row for each column, in order: name, quoted, type (as declared), cast_type, base_type, base_modifier, element_type,
--      expression (how it is read), not_null, readable, orderable, indexed (an index begins with it).
--
-- A numeric is read as text: JSON numbers have as many digits as their reader has bits.
with recursive described as (
    select a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attrelid
      from pg_attribute a
     where a.attrelid = cast(? as oid) and a.attnum > 0 and not a.attisdropped
), unwrapped as (
    select d.attnum, d.atttypid as type_id, d.atttypmod as modifier
      from described d
    union all
    select u.attnum, t.typbasetype, case when u.modifier = -1 then t.typtypmod else u.modifier end
      from unwrapped u
      join pg_type t on t.oid = u.type_id
     where t.typtype = 'd'
)
select d.attname as name,
       quote_ident(d.attname) as quoted,
       format_type(d.atttypid, d.atttypmod) as type,
       format_type(d.atttypid, -1) as cast_type,
       b.typname as base_type,
       u.modifier as base_modifier,
       e.typname as element_type,
       case when b.typname = 'numeric' then format('cast(t.%1$I as text) as %1$I', d.attname)
            when e.typname = 'numeric' then format('cast(t.%1$I as text[]) as %1$I', d.attname)
            else format('t.%I', d.attname) end as expression,
       d.attnotnull as not_null,
       has_column_privilege(d.attrelid, d.attnum, 'select') as readable,
       exists (select
                 from pg_opclass o
                 join pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
                where o.opcdefault
                  and (o.opcintype = b.oid
                       or (b.typtype = 'e' and o.opcintype = cast('anyenum' as regtype))
                       or (b.typtype = 'r' and o.opcintype = cast('anyrange' as regtype))
                       or exists (select from pg_cast c
                                   where c.castsource = b.oid and c.casttarget = o.opcintype and c.castmethod = 'b'
                                     and c.castcontext = 'i'))) as orderable,
       exists (select from pg_index i
                where i.indrelid = d.attrelid and i.indisvalid and i.indpred is null and i.indkey[0] = d.attnum) as indexed
  from described d
  join unwrapped u using (attnum)
  join pg_type b on b.oid = u.type_id and b.typtype <> 'd'
  left join pg_type e on e.oid = b.typelem and b.typcategory = 'A'
 order by d.attnum
