-- If this fails, leadership is told of other rows or money in quarantine than the gate refused.
with refused as (

    select
        entity,
        currency,
        sum(n_rows) as n_rows,
        sum(amount) as amount,
        sum(n_amount_unknown) as n_amount_unknown
    from {{ ref('stg_coverage__ledger_periods') }}
    where fate = 'quarantined'
    group by entity, currency

),

figures as (

    select distinct
        kpi_code,
        entity
    from {{ ref('fct_quarantine_impact') }}

),

told as (

    select
        kpi_code,
        entity,
        currency,
        sum(n_rows) as n_rows,
        sum(amount) as amount,
        sum(n_amount_unknown) as n_amount_unknown
    from {{ ref('fct_quarantine_impact') }}
    where reason = 'quarantined'
    group by kpi_code, entity, currency

),

-- Each figure of an entity misses all that was refused of it.
expected as (

    select
        figures.kpi_code,
        refused.*
    from refused
    left join figures on refused.entity = figures.entity

)

select
    expected.entity,
    told.entity as told_entity,
    expected.n_rows,
    told.n_rows as n_told
from expected
full outer join told
    on
        expected.kpi_code is not distinct from told.kpi_code
        and expected.entity = told.entity
        and expected.currency is not distinct from told.currency
where
    expected.n_rows is distinct from told.n_rows
    or expected.amount is distinct from told.amount
    or expected.n_amount_unknown is distinct from told.n_amount_unknown
