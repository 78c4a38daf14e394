with held_back as (

    select * from {{ ref('int_held_back') }}

),

kpi_entities as (

    select * from {{ ref('kpi_entities') }}

),

entities as (

    select distinct entity
    from held_back

),

-- One survey response feeds several entities, and the ledger then names them all: it counts once per figure.
-- A missing rate keeps a row out of figures of money only, another scale out of those that ask for one, and a
-- missing opportunity out of what is read of its history.
figures as (

    select distinct
        entities.entity,
        kpi_entities.kpi_code,
        kpi_entities.own_reason
    from entities
    inner join kpi_entities
        on instr(concat(';', entities.entity, ';'), concat(';', kpi_entities.entity, ';')) > 0

),

final as (

    select
        concat(coalesce(figures.kpi_code, '-'), '/', held_back.held_key) as impact_key,
        figures.kpi_code,
        held_back.source_system,
        held_back.entity,
        held_back.reason,
        held_back.organization_id,
        held_back.period,
        held_back.currency,
        held_back.n_rows,
        held_back.amount,
        held_back.n_amount_unknown
    from held_back
    left join figures
        on
            held_back.entity = figures.entity
            and (held_back.reason in ('quarantined', 'unmapped') or held_back.reason = figures.own_reason)

)

select * from final
