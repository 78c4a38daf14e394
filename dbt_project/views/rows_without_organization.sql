-- What is missing because nobody said whose it is? Accepted rows without an organisation, by month.
-- @source_system System the rows came from.
-- @entity What the rows are.
-- @period First day of the month; empty where rows have none.
-- @n_rows Accepted rows.
-- @n_unmapped Those of them without an organisation; reference/crosswalk.csv tells whose they are.
-- @mapped_share Share of the rows with an organisation, 0 to 1.
with final as (

    select
        source_system,
        entity,
        period,
        cast(sum(n_rows) as bigint) as n_rows,
        cast(sum(n_unmapped) as bigint) as n_unmapped,
        cast(sum(n_mapped) as double) / cast(sum(n_rows) as double) as mapped_share
    from fct_join_coverage
    group by source_system, entity, period
    having sum(n_unmapped) > 0

)

select * from final
order by source_system, entity, period
