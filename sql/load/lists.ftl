-- The lists that the templates beside this file share; it holds no statement of its own.
-- In:  columns, each with its name and the type of its array
-- Out: functions that write them in a row.
<#function prefixed columns prefix>
    <#return columns?map(column -> prefix + column)?join(", ")>
</#function>
<#function names columns prefix="">
    <#return columns?map(column -> prefix + column.name)?join(", ")>
</#function>
<#function recordKey child prefix>
    <#if child.withinParent>
        <#return "'" + child.table + ":' || " + prefix + child.parent + " || ':' || coalesce(cast(" + prefix + child.key + " as text), '')">
    </#if>
    <#return "'" + child.table + ":' || " + prefix + child.key>
</#function>
<#function childVersion child prefix>
    <#if child.version??>
        <#return "(" + prefix + child.parentVersion + ", coalesce(" + prefix + child.version + ", '-infinity'))">
    </#if>
    <#return prefix + child.parentVersion>
</#function>
<#-- The keys of the children that came with each root of a chunk. -->
<#function arrived child>
    <#return "select " + child.parent + ", array_agg(" + child.key + ") as children\n"
        + "      from (select unnest(cast(:#" + child.name + "_parent_id as int8[])) as " + child.parent + ",\n"
        + "                   unnest(cast(:#" + child.name + "_" + child.key + " as int8[])) as " + child.key + ") arriving\n"
        + "     group by " + child.parent>
</#function>
<#-- Whether a child of a root is stored and not removed, and is not among those of the row of "arrived" beside the root. -->
<#function lost child root>
    <#return "exists (\n"
        + "                       select from " + child.table + " c\n"
        + "                        where c.store_id = :#store_id and c." + child.parent + " = " + root + " and c.removed_at is null\n"
        + "                          and array_position(arrived.children, c." + child.key + ") is null)">
</#function>
<#-- All columns of a record, or those of them that are named. -->
<#function unnested record only=[]>
    <#local parts = []>
    <#list record.columns as column>
        <#if only?size == 0 || only?seq_contains(column.name)>
            <#local array = "unnest(cast(:#" + record.name + "_" + column.name + " as " + column.array + "[]))">
            <#local parts += [(column.stored??)?then("cast(" + array + " as " + (column.stored!"") + ")", array) + " as " + column.name]>
        </#if>
    </#list>
    <#return parts?join(",\n           ")>
</#function>
<#-- How many readings that do not count are the same in everything as the one that does. -->
<#function alike record values>
    <#return "(select count(*)\n"
        + "                from " + record + "_repeated r\n"
        + "                join " + record + "_in i on i.ordinal = r.ordinal\n"
        + "                join " + record + "_in n on n.ordinal = r.kept\n"
        + "               where (" + names(values, "i.") + ")\n"
        + "                     is not distinct from\n"
        + "                     (" + names(values, "n.") + "))">
</#function>
