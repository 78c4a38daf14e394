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
        n_rows,
        n_unmapped,
        mapped_share
    from fct_join_coverage
    where n_unmapped > 0

)

select * from final
order by source_system, entity, period
